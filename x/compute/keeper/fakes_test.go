package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// Errors of the fakes.
var (
	errFunds    = errorsmod.Register("fakes", 2, "insufficient funds")
	errLien     = errorsmod.Register("fakes", 3, "under lien")
	errNoEscrow = errorsmod.Register("fakes", 4, "no escrow, or closed")
	errPoison   = errorsmod.Register("fakes", 5, "poisoned")
)

// money plays x/reward. It keeps its books in the block's store, so that they are undone with the message or
// the block item that wrote them.
type money struct {
	accounts, bonded, liened collections.Map[string, uint64]
	escrowed, held           collections.Map[uint64, uint64]
	poison                   map[uint64]bool // tasks whose refund fails
}

func newMoney(sb *collections.SchemaBuilder) *money {
	byName := func(i int, name string) collections.Map[string, uint64] {
		return collections.NewMap(sb, collections.NewPrefix(i), name, collections.StringKey, collections.Uint64Value)
	}
	byTask := func(i int, name string) collections.Map[uint64, uint64] {
		return collections.NewMap(sb, collections.NewPrefix(i), name, collections.Uint64Key, collections.Uint64Value)
	}
	return &money{
		accounts: byName(1, "accounts"), bonded: byName(2, "bonded"), liened: byName(3, "liened"),
		escrowed: byTask(4, "escrowed"), held: byTask(5, "held"), poison: map[uint64]bool{},
	}
}

func (m *money) Deposit(ctx context.Context, payer sdk.AccAddress, deposits []types.EscrowDeposit) error {
	total := uint64(0)
	for _, d := range deposits {
		total += d.Amount
		if err := errors.Join(m.escrowed.Set(ctx, d.TaskID, d.Amount), m.held.Set(ctx, d.TaskID, d.Amount)); err != nil {
			return err
		}
	}
	return m.take(ctx, payer.String(), total)
}

func (m *money) take(ctx context.Context, from string, amount uint64) error {
	has, err := orZero(m.accounts.Get(ctx, from))
	if err != nil || has < amount {
		return errorsmod.Wrapf(errFunds, "needed %d, spendable %d: %v", amount, has, err)
	}
	return m.accounts.Set(ctx, from, has-amount)
}

func (m *money) Refund(ctx context.Context, id uint64, _ types.Reason) error {
	held, err := orZero(m.held.Get(ctx, id))
	if err != nil || held == 0 || m.poison[id] {
		return errorsmod.Wrapf(errNoEscrow, "task %d holds %d: %v", id, held, err)
	}
	return m.held.Set(ctx, id, 0)
}

func (m *money) Money(ctx context.Context, id uint64) (types.MoneyView, error) {
	all, err := orZero(m.escrowed.Get(ctx, id))
	held, err2 := orZero(m.held.Get(ctx, id))
	return types.MoneyView{Escrowed: all, Held: held, Refunded: all - held}, errors.Join(err, err2)
}

func (m *money) Forget(ctx context.Context, id uint64) error {
	held, err := orZero(m.held.Get(ctx, id))
	if err != nil || held > 0 {
		return errorsmod.Wrapf(errNoEscrow, "task %d still holds %d: %v", id, held, err)
	}
	return errors.Join(m.escrowed.Remove(ctx, id), m.held.Remove(ctx, id))
}

func (*money) Terms(context.Context) (types.MoneyTerms, error) {
	return types.MoneyTerms{TakeBps: 500, TakeBurnBps: 5000, SlashBurnBps: 5000, SoftFaultBps: 1000, EmissionBps: 5000}, nil
}

func (m *money) OpenBond(ctx context.Context, provider string, amount uint64) error {
	if err := m.take(ctx, provider, amount); err != nil {
		return err
	}
	return m.bonded.Set(ctx, provider, amount)
}

func (m *money) CloseBond(ctx context.Context, provider string) error {
	if n, err := orZero(m.liened.Get(ctx, provider)); err != nil || n > 0 {
		return errorsmod.Wrapf(errLien, "%s has %d: %v", provider, n, err)
	}
	return m.bonded.Remove(ctx, provider)
}

func (m *money) BondOf(ctx context.Context, provider string) (bonded, free uint64, err error) {
	bonded, err = orZero(m.bonded.Get(ctx, provider))
	liened, err2 := orZero(m.liened.Get(ctx, provider))
	return bonded, bonded - liened, errors.Join(err, err2)
}

func (m *money) PlaceLien(ctx context.Context, provider string, amount uint64) error {
	_, free, err := m.BondOf(ctx, provider)
	if err != nil || free < amount {
		return errorsmod.Wrapf(errLien, "%s: needed %d, free %d: %v", provider, amount, free, err)
	}
	liened, err := orZero(m.liened.Get(ctx, provider))
	return errors.Join(err, m.liened.Set(ctx, provider, liened+amount))
}

func (m *money) unlien(ctx context.Context, provider string, amount uint64) error {
	liened, err := m.liened.Get(ctx, provider)
	return errors.Join(err, m.liened.Set(ctx, provider, liened-amount))
}

// beacon gives each height its own 32 bytes.
type beacon struct{ missing map[uint64]bool }

func (b beacon) At(_ context.Context, height uint64) ([]byte, error) {
	if b.missing[height] {
		return nil, errPoison
	}
	r := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("beacon"), height))
	return r[:], nil
}

// round is one round of a task as rounds keeps it.
type round struct {
	Role   types.SeatRole
	Height uint64
	Seats  []types.MatchedSeat
	Open   bool
	Audit  uint64 // height at which the last seat was added, blind; 0 for none
}

// rounds plays x/attest, in the block's store too.
type rounds struct {
	k      *Keeper
	m      *money
	byTask collections.Map[uint64, string]
	status types.TaskStatus // refines tasks in a round
	poison map[uint64]bool  // tasks whose hooks fail
	// disputed are tasks that cannot be forgotten yet.
	disputed map[uint64]bool
	ignore   bool // hears of seats not found and does nothing
}

func newRounds(sb *collections.SchemaBuilder, k *Keeper, m *money) *rounds {
	return &rounds{
		k: k, m: m, status: types.TASK_STATUS_MATCHED, poison: map[uint64]bool{}, disputed: map[uint64]bool{},
		byTask: collections.NewMap(sb, collections.NewPrefix(6), "rounds", collections.Uint64Key, collections.StringValue),
	}
}

func (r *rounds) of(ctx context.Context, id uint64) (out []round) {
	s, err := r.byTask.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err := errors.Join(err, json.Unmarshal([]byte(s), &out)); err != nil {
		panic(err)
	}
	return out
}

func (r *rounds) put(ctx context.Context, id uint64, list []round) error {
	b, err := json.Marshal(list)
	return errors.Join(err, r.byTask.Set(ctx, id, string(b)))
}

func (r *rounds) AfterMatched(ctx context.Context, m types.Matched) error {
	if r.poison[m.Task.Id] {
		return errPoison
	}
	height := uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())
	return r.put(ctx, m.Task.Id, append(r.of(ctx, m.Task.Id), round{Role: m.Task.Role, Height: height, Seats: m.Seats, Open: true}))
}

func (r *rounds) AfterSeatsNotFound(ctx context.Context, t types.Task) error {
	if r.ignore {
		return nil
	}
	return errors.Join(r.m.Refund(ctx, t.Id, types.REASON_TASK_NO_FRESH_SEATS),
		r.k.Close(ctx, t.Id, types.Closing{Status: types.TASK_STATUS_REFUNDED, Reason: types.REASON_TASK_NO_FRESH_SEATS}))
}

// end closes the open round of a task and frees its liens and slots.
func (r *rounds) end(ctx context.Context, t types.Task) error {
	list := r.of(ctx, t.Id)
	last := &list[len(list)-1]
	last.Open = false
	var names []string
	for _, s := range last.Seats {
		names = append(names, s.Provider)
		if err := r.m.unlien(ctx, s.Provider, s.Lien); err != nil {
			return err
		}
	}
	return errors.Join(r.put(ctx, t.Id, list), r.k.ReleaseSlots(ctx, t.Terms.ModelId, names))
}

func (r *rounds) Progress(ctx context.Context, t types.Task) (types.Progress, error) {
	list := r.of(ctx, t.Id)
	if len(list) == 0 {
		return types.Progress{}, nil
	}
	p := types.Progress{Status: t.Status}
	if last := list[len(list)-1]; last.Open {
		p.Status, p.NextHeight = r.status, last.Height+t.Snapshot.CommitWindow
	}
	if r.disputed[t.Id] {
		p.NextHeight = 77
	}
	return p, nil
}

func (r *rounds) InRound(ctx context.Context, cursor []byte, limit uint64) (ids []uint64, next []byte, err error) {
	from := uint64(0)
	if len(cursor) == 8 {
		from = binary.BigEndian.Uint64(cursor)
	}
	err = r.byTask.Walk(ctx, new(collections.Range[uint64]).StartExclusive(from), func(id uint64, _ string) (bool, error) {
		if uint64(len(ids)) == limit {
			next = binary.BigEndian.AppendUint64(nil, ids[len(ids)-1])
			return true, nil
		}
		if list := r.of(ctx, id); list[len(list)-1].Open {
			ids = append(ids, id)
		}
		return false, nil
	})
	return ids, next, err
}

func (r *rounds) Forget(ctx context.Context, id uint64) (out []types.SeatedAt, done bool, err error) {
	if r.poison[id] {
		return nil, false, errPoison
	}
	if r.disputed[id] {
		return nil, false, nil
	}
	for _, one := range r.of(ctx, id) {
		for i, s := range one.Seats {
			at := types.SeatedAt{Provider: s.Provider, Height: one.Height}
			if one.Audit > 0 && i == len(one.Seats)-1 {
				at.Height = one.Audit
			}
			out = append(out, at)
		}
	}
	return out, true, r.byTask.Remove(ctx, id)
}

func (r *rounds) SeatedBefore(ctx context.Context, id uint64) (out []string, err error) {
	for _, one := range r.of(ctx, id) {
		for _, s := range one.Seats {
			out = append(out, s.Provider)
		}
	}
	return out, nil
}

var (
	_ types.Escrow = (*money)(nil)
	_ types.Bonds  = (*money)(nil)
	_ types.Rounds = (*rounds)(nil)
	_ types.Hooks  = (*rounds)(nil)
)
