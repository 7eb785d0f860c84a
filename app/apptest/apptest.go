package apptest

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/x/beacon/vrf"
)

const (
	// DefaultChainID is the id of a chain whose options name none.
	DefaultChainID = "aichain-test-1"
	// Funds of each account, uaic, beside what validators have bonded.
	Funds = 1_000_000_000_000
	// BlockTime passes between two blocks.
	BlockTime = time.Second
)

// Account is a funded key, with the number and sequence that the harness expects next.
type Account struct {
	Priv cryptotypes.PrivKey
	Addr sdk.AccAddress
	Num  uint64
	Seq  uint64
}

// Validator is a validator with equal power, operated by the account of its number.
type Validator struct {
	// Cons is the consensus address, Operator the operator's.
	Cons     sdk.ConsAddress
	Operator sdk.ValAddress
	// Vrf is the key that the genesis registers for it.
	Vrf vrf.Key

	cons cmted25519.PrivKey
}

// Options of New; the zero value is a chain with one validator and two accounts.
type Options struct {
	// Accounts to fund, at least as many as validators; 2 if 0.
	Accounts int
	// Validators with equal power; 1 if 0. Validator i is operated and fully delegated to by account i.
	Validators int
	// Silent validators have no VRF key, so every block counts as skipped.
	Silent bool
	// Invariants are checked after each committed block.
	Invariants bool
	// ChainID instead of DefaultChainID.
	ChainID string
	// DB instead of one in memory.
	DB dbm.DB
	// AppOpts are what app.toml and flags would say.
	AppOpts simtestutil.AppOptionsMap
	// BaseApp options.
	BaseApp []func(*baseapp.BaseApp)
	// Genesis may change the genesis of any module.
	Genesis func(a *app.App, gs map[string]json.RawMessage)
	// Params may change the consensus parameters, which are those of a new chain.
	Params func(*cmtproto.ConsensusParams)
	// MaxGas of a block instead of app.MaxBlockGas; -1 for no bound.
	MaxGas int64
}

// Chain is one application with a clock and all of its validators' keys.
type Chain struct {
	App        *app.App
	Accounts   []*Account
	Validators []*Validator
	// Height and Time of the last block.
	Height int64
	Time   time.Time
	// Proposer is who proposes the next block; they take turns.
	Proposer int

	options Options
	initial int64 // height of the first block
}

// New starts a chain and commits its first block.
func New(tb testing.TB, o Options) *Chain {
	tb.Helper()
	c := prepare(tb, o)
	gs := c.genesis(tb)
	if o.Genesis != nil {
		o.Genesis(c.App, gs)
	}
	bz, err := json.Marshal(gs)
	require.NoError(tb, err)
	c.initChain(tb, bz, c.consensusParams(), 1)
	c.NextBlock(tb)
	c.Refresh()
	return c
}

// prepare makes the keys and an application without state.
func prepare(tb testing.TB, o Options) *Chain {
	tb.Helper()
	if o.Validators == 0 {
		o.Validators = 1
	}
	if o.Accounts == 0 {
		o.Accounts = 2
	}
	o.Accounts = max(o.Accounts, o.Validators)
	if o.ChainID == "" {
		o.ChainID = DefaultChainID
	}
	if o.DB == nil {
		o.DB = dbm.NewMemDB()
	}
	opts := maps.Clone(o.AppOpts)
	if opts == nil {
		opts = simtestutil.AppOptionsMap{}
	}
	if opts[flags.FlagHome] == nil {
		opts[flags.FlagHome] = tb.TempDir()
	}
	o.AppOpts = opts
	c := &Chain{Time: time.Unix(1_700_000_000, 0).UTC(), options: o}
	for i := range o.Accounts {
		priv := key(i)
		c.Accounts = append(c.Accounts, &Account{Priv: priv, Addr: sdk.AccAddress(priv.PubKey().Address()), Num: uint64(i)})
	}
	for i := range o.Validators {
		c.Validators = append(c.Validators, newValidator(tb, i, c.Accounts[i]))
	}
	c.open(tb)
	return c
}

// key is that of an account, the same in every chain.
func key(account int) cryptotypes.PrivKey {
	return secp256k1.GenPrivKeyFromSecret([]byte{byte(account), byte(account >> 8), byte(account >> 16), 0xa1})
}

// Address of an account before there is a chain, for a genesis that names it.
func Address(account int) sdk.AccAddress { return sdk.AccAddress(key(account).PubKey().Address()) }

// newValidator has the same keys in every chain.
func newValidator(tb testing.TB, i int, operator *Account) *Validator {
	tb.Helper()
	cons := cmted25519.GenPrivKeyFromSecret(consSecret(i))
	seed := make([]byte, vrf.SeedSize)
	seed[0], seed[1] = byte(i), 'v'
	key, err := vrf.FromSeed(seed)
	require.NoError(tb, err)
	return &Validator{Cons: sdk.ConsAddress(cons.PubKey().Address()), Operator: sdk.ValAddress(operator.Addr), Vrf: key, cons: cons}
}

// open makes the application on the database of the options.
func (c *Chain) open(tb testing.TB) {
	tb.Helper()
	o := c.options
	base := append([]func(*baseapp.BaseApp){baseapp.SetChainID(o.ChainID)}, o.BaseApp...)
	c.App = app.New(log.NewNopLogger(), o.DB, true, o.AppOpts, base...)
	if !o.Silent {
		c.App.SetProver(prover{c})
	}
}

func (c *Chain) initChain(tb testing.TB, state []byte, params *cmtproto.ConsensusParams, height int64) {
	tb.Helper()
	_, err := c.App.InitChain(&abci.RequestInitChain{
		ChainId: c.options.ChainID, InitialHeight: height, Time: c.Time, ConsensusParams: params, AppStateBytes: state,
	})
	require.NoError(tb, err)
	c.initial, c.Height = height, height-1
}

func (c *Chain) consensusParams() *cmtproto.ConsensusParams {
	cp := app.ConsensusParams().ToProto()
	if c.options.MaxGas != 0 {
		cp.Block.MaxGas = c.options.MaxGas
	}
	if c.options.Params != nil {
		c.options.Params(&cp)
	}
	return &cp
}

// prover answers for every validator of the chain: one process proposes for all of them.
type prover struct{ c *Chain }

// Prove returns nil for a key of nobody here.
func (p prover) Prove(public, input []byte) []byte {
	for _, v := range p.c.Validators {
		if string(v.Vrf.Public()) == string(public) {
			return v.Vrf.Prove(input)
		}
	}
	return nil
}

// ChainID of the chain.
func (c *Chain) ChainID() string { return c.options.ChainID }

// AppHash of the last committed block.
func (c *Chain) AppHash() []byte { return c.App.LastCommitID().Hash }

// Ctx reads the state of the last committed block; what is written to it is lost. Transactions that wait in the
// mempool do not show.
func (c *Chain) Ctx() sdk.Context {
	header := cmtproto.Header{Height: c.App.LastBlockHeight(), ChainID: c.options.ChainID, Time: c.Time}
	return sdk.NewContext(c.App.CommitMultiStore().CacheMultiStore(), header, false, log.NewNopLogger()).
		WithConsensusParams(*c.consensusParams())
}

// Refresh takes the accounts' numbers and sequences from the chain, after transactions that were refused.
func (c *Chain) Refresh() {
	ctx := c.Ctx()
	for _, acc := range c.Accounts {
		if got := c.App.Accounts.GetAccount(ctx, acc.Addr); got != nil {
			acc.Num, acc.Seq = got.GetAccountNumber(), got.GetSequence()
		}
	}
}
