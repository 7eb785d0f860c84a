package kit

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// People that every world has: a publisher of models, three requesters and three without a part.
var People = []string{"publisher", "alice", "bob", "carol", "dave", "erin", "mallory"}

// TheModel is published in every world.
const TheModel = "tiny"

// Setup says what a world begins with.
type Setup struct {
	// Chain is handed to the harness; its accounts are set by the kit.
	Chain apptest.Options
	// Providers that are registered, each with the same bond and offer for TheModel.
	Providers int
	// Strangers are accounts that may register later; they are called s1, s2, …
	Strangers int
	// Bond of each provider, uaic.
	Bond uint64
	// PriceIn and PriceOut of each offer, uaic per 1 000 tokens.
	PriceIn, PriceOut uint64
	// Slots of each offer.
	Slots uint32
	// Model is what TheModel is; Tiny if nil.
	Model *Brain
	// Unrefereed gives TheModel a profile that the chain cannot compute, so that panels settle disagreements. Such a
	// model cannot be published yet; it is in the genesis.
	Unrefereed bool
	// AuditBps is the chance of an audit seat; none unless asked for.
	AuditBps uint32
	// FeeBps and Splits of TheModel; split recipients are names.
	FeeBps uint32
	Splits []Share
	// NoFees sets the least gas price to 0 and leaves fees out of transactions.
	NoFees bool
	// Compute, Attest and Reward may change parameters of the genesis.
	Compute func(*computetypes.Params)
	Attest  func(*attesttypes.Params)
	Reward  func(*rewardtypes.Params)
}

// Share gives a named recipient a part of a model's fee.
type Share struct {
	Name string
	Bps  uint32
}

// DefaultSetup is a market of so many like providers: bonds of 1 000 AIC, 100 000 uaic per 1 000 input and
// 1 000 000 per 1 000 output tokens, so that a short answer costs thousands of uaic and roundings show.
func DefaultSetup(providers int) Setup {
	return Setup{Providers: providers, Bond: 1_000_000_000, PriceIn: 100_000, PriceOut: 1_000_000, Slots: 1_000}
}

// World is a chain with named people on it.
type World struct {
	TB    testing.TB
	Chain *apptest.Chain

	setup    Setup
	accounts map[string]*apptest.Account
	names    map[string]string // address → name
	letters  map[string]string // address → letter, for providers without a name of their own
	models   map[string]Model
	ids      map[string]string // model id in hex → name
}

// New starts a chain, publishes TheModel and registers the providers, called p1, p2, … A provider is shown by a
// letter instead from its first seat on: A is whoever was drawn first, so that scripts do not depend on the beacon.
func New(tb testing.TB, s Setup) *World {
	tb.Helper()
	if s.Model == nil {
		s.Model = Tiny(tb, TheModel)
	}
	w := &World{
		TB: tb, setup: s, Chain: apptest.New(tb, s.options()),
		accounts: map[string]*apptest.Account{}, names: map[string]string{}, letters: map[string]string{},
		models: map[string]Model{}, ids: map[string]string{},
	}
	names := append([]string(nil), People...)
	for i := range s.Providers {
		names = append(names, fmt.Sprintf("p%d", i+1))
	}
	for i := range s.Strangers {
		names = append(names, fmt.Sprintf("s%d", i+1))
	}
	for i, name := range names {
		w.accounts[name] = w.Chain.Accounts[i]
		w.names[w.Chain.Accounts[i].Addr.String()] = name
	}
	w.open()
	return w
}

// Around is a world around a chain that somebody else runs, for looking at it and for players of disputes. Its people are
// called by the numbers of their accounts.
func Around(tb testing.TB, c *apptest.Chain) *World {
	tb.Helper()
	w := &World{
		TB: tb, Chain: c, accounts: map[string]*apptest.Account{}, names: map[string]string{}, letters: map[string]string{},
		models: map[string]Model{}, ids: map[string]string{},
	}
	for i, a := range c.Accounts {
		name := fmt.Sprint(i)
		w.accounts[name], w.names[a.Addr.String()] = a, name
	}
	return w
}

// open publishes the model and registers the providers.
func (w *World) open() {
	w.TB.Helper()
	var splits []computetypes.FeeSplit
	for _, s := range w.setup.Splits {
		splits = append(splits, computetypes.FeeSplit{Recipient: w.Address(s.Name), ShareBps: s.Bps})
	}
	if w.setup.Unrefereed {
		w.AddModel(TheModel, w.setup.Model.Model)
		w.Wait(1) // as long as a publication takes
	} else {
		w.Must(Tx{Msgs: []sdk.Msg{w.Publish("publisher", TheModel, w.setup.Model.Model, w.setup.FeeBps, splits...)}})
	}
	var txs []Tx
	for i := range w.setup.Providers {
		name := fmt.Sprintf("p%d", i+1)
		txs = append(txs, Tx{Msgs: []sdk.Msg{
			w.Register(name, Coin(w.setup.Bond)),
			w.Offer(name, TheModel, w.setup.PriceIn, w.setup.PriceOut, w.setup.Slots),
		}})
	}
	if len(txs) > 0 {
		w.Must(txs...)
	}
}

// Fork returns the same people on another chain, which must hold the same accounts.
func (w *World) Fork(tb testing.TB, c *apptest.Chain) *World {
	f := *w
	f.TB, f.Chain = tb, c
	f.accounts, f.letters = map[string]*apptest.Account{}, map[string]string{}
	for i, a := range w.Chain.Accounts {
		f.accounts[w.names[a.Addr.String()]] = c.Accounts[i]
	}
	for addr, letter := range w.letters {
		f.letters[addr] = letter
	}
	return &f
}

// ChainID of the world.
func (w *World) ChainID() string { return w.Chain.ChainID() }

// Height of the last block.
func (w *World) Height() uint64 { return uint64(w.Chain.App.LastBlockHeight()) }

// Everybody lists all names, people first; providers by the names they were registered under.
func (w *World) Everybody() []string {
	out := make([]string, len(w.Chain.Accounts))
	for i, a := range w.Chain.Accounts {
		out[i] = w.names[a.Addr.String()]
	}
	return out
}

// RealName is the name that a letter stands for.
func (w *World) RealName(name string) string { return w.names[w.Address(name)] }

// Account is the account of a name, a letter or a bech32 address; the test fails for a stranger.
func (w *World) Account(name string) *apptest.Account {
	w.TB.Helper()
	if a, ok := w.accounts[name]; ok {
		return a
	}
	for addr, letter := range w.letters {
		if letter == name {
			return w.accounts[w.names[addr]]
		}
	}
	w.TB.Fatalf("nobody is called %q", name)
	return nil
}

// Address is the bech32 address of a name.
func (w *World) Address(name string) string {
	w.TB.Helper()
	return w.Account(name).Addr.String()
}

// NameOf is how an address is shown: its letter, else its name, else itself.
func (w *World) NameOf(addr string) string {
	if letter, ok := w.letters[addr]; ok {
		return letter
	}
	if name, ok := w.names[addr]; ok {
		return name
	}
	return addr
}

// seatName is NameOf for a provider that was drawn: p1, p2, … get the next letter on their first seat.
func (w *World) seatName(addr string) string {
	name := w.NameOf(addr)
	if name != "" && name[0] == 'p' && name != "publisher" {
		n := len(w.letters)
		w.letters[addr] = strings.Repeat(string(rune('A'+n%26)), 1+n/26)
		return w.letters[addr]
	}
	return name
}

// AddModel gives a model a name in this world.
func (w *World) AddModel(name string, m Model) {
	w.models[name] = m
	w.ids[hex.EncodeToString(m.ID)] = name
}

// ModelID is the root of a model by its name; 32 strange bytes for a name that was never used.
func (w *World) ModelID(name string) []byte {
	if m, ok := w.models[name]; ok {
		return m.ID
	}
	id := Salt("no such model: "+name, 0, 0)
	return id[:]
}

// ModelName is the name of a model by its root.
func (w *World) ModelName(id []byte) string {
	if name, ok := w.ids[hex.EncodeToString(id)]; ok {
		return name
	}
	return hex.EncodeToString(id)
}
