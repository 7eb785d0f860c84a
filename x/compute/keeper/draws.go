package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/compute/types"
)

// draws is what the draws of one block share. All of it is only read during them: draws place liens and
// take slots, which change neither models, nor params, nor the bonds that the trees weigh by. A listener
// that slashes must be followed by forgetTrees.
type draws struct {
	k       *Keeper
	chainID string
	params  types.Params
	money   types.MoneyTerms
	beacon  []byte // nil if the block has none
	height  uint64
	models  map[string]types.Model
	counts  map[string]uint64
	nodes   map[nodeID]match.Node
	seated  seatingBook // of the draws that succeeded
}

// nodeID is the key of a draw node.
type nodeID struct {
	model string
	level uint32
	index uint64
}

func (k *Keeper) newDraws(ctx sdk.Context, params types.Params) (*draws, error) {
	d := &draws{k: k, chainID: ctx.ChainID(), params: params, height: height(ctx), models: map[string]types.Model{}, counts: map[string]uint64{}}
	d.forgetTrees()
	var err error
	if d.money, err = k.escrow.Terms(ctx); err != nil {
		return nil, err
	}
	if d.beacon, err = k.beacon.At(ctx, d.height); err != nil {
		ctx.Logger().Error("no beacon, draws wait for the next block", "err", err)
		d.beacon = nil
	}
	return d, nil
}

func (d *draws) forgetTrees() { d.nodes = map[nodeID]match.Node{} }

func (d *draws) model(ctx context.Context, id []byte) (types.Model, error) {
	if m, ok := d.models[string(id)]; ok {
		return m, nil
	}
	m, err := d.k.model(ctx, id)
	if err == nil {
		d.models[string(id)] = m
	}
	return m, err
}

func (d *draws) count(ctx context.Context, modelID []byte) (uint64, error) {
	if n, ok := d.counts[string(modelID)]; ok {
		return n, nil
	}
	n, err := orZero(d.k.offerCounts.Get(ctx, modelID))
	if err == nil {
		d.counts[string(modelID)] = n
	}
	return n, err
}

// ceiling is the most that one seat of a task may cost, uaic, with the chance of an audit that it was or will be given.
func ceiling(t types.Task, auditBps uint32) uint64 {
	return match.Ceiling(t.Terms.MaxPrice.Amount.Uint64(), t.Terms.Seats, auditBps)
}

// bounds are the ceiling and the lien of a seat of a task, uaic: by its snapshot, or by the params of its first match.
func (d *draws) bounds(t types.Task, m types.Model) (most, lien uint64) {
	if t.Role != types.SEAT_ROLE_PRIMARY {
		return ceiling(t, t.Snapshot.AuditBps), t.Snapshot.SeatLien
	}
	most = ceiling(t, d.params.AuditBpsOf(m))
	return most, match.SeatLien(most, d.params.SeatLienMultiple, d.params.MinSeatLien)
}

// drawnSeat is an offer that was drawn.
type drawnSeat struct {
	key   offerKey
	offer types.Offer
}

// pool is the line of all offers for the model of one task.
type pool struct {
	ctx   context.Context // boxed once: a sdk.Context is half a kilobyte
	d     *draws
	task  types.Task
	count uint64
	seen  map[string]drawnSeat // by provider; looked up, never listed
	cands map[uint64]match.Candidate
}

func newPool(ctx context.Context, d *draws, t types.Task, count uint64) *pool {
	return &pool{ctx: ctx, d: d, task: t, count: count, seen: map[string]drawnSeat{}, cands: map[uint64]match.Candidate{}}
}

// Node implements match.Nodes, with the block's memory in front of the store.
func (p *pool) Node(level uint32, index uint64) (match.Node, error) {
	id := nodeID{string(p.task.Terms.ModelId), level, index}
	if n, ok := p.d.nodes[id]; ok {
		return n, nil
	}
	n, err := tree{p.ctx, p.d.k, p.task.Terms.ModelId}.Node(level, index)
	if err == nil {
		p.d.nodes[id] = n
	}
	return n, err
}

// SetNode implements match.Nodes; a draw changes no weight.
func (p *pool) SetNode(uint32, uint64, match.Node) error { return match.ErrTree }

// Total implements match.Pool.
func (p *pool) Total() (uint64, error) { return match.Total(p, p.count) }

// At implements match.Pool.
func (p *pool) At(point uint64) (match.Candidate, uint64, error) {
	position, offset, err := match.Find(p, p.count, point)
	if err != nil {
		return match.Candidate{}, 0, err
	}
	if c, ok := p.cands[position]; ok {
		return c, offset, nil
	}
	c, err := p.load(position)
	if err == nil {
		p.cands[position] = c
	}
	return c, offset, err
}

func (p *pool) load(position uint64) (match.Candidate, error) {
	k, modelID := p.d.k, p.task.Terms.ModelId
	addr, err := k.positions.Get(p.ctx, collections.Join(modelID, position))
	if err != nil {
		return match.Candidate{}, err
	}
	o, err := k.offer(p.ctx, addr, modelID)
	if err != nil {
		return match.Candidate{}, err
	}
	_, free, err := k.bonds.BondOf(p.ctx, o.Provider)
	if err != nil {
		return match.Candidate{}, err
	}
	p.seen[o.Provider] = drawnSeat{key: collections.Join(sdk.AccAddress(addr), modelID), offer: o}
	return candidate(o, free, p.task), nil
}

// candidate is an offer as the rules see it. Draining providers weigh nothing and are never drawn.
func candidate(o types.Offer, free uint64, t types.Task) match.Candidate {
	worst, err := payout.WorstPrice(uint32(len(t.Input)), t.Terms.MaxOutputTokens, o.PriceInput, o.PriceOutput)
	if err != nil { // cannot be with prices up to types.MaxPrice; then nobody can pay it
		worst = math.MaxUint64
	}
	return match.Candidate{Provider: o.Provider, FreeSlots: freeSlots(o), FreeBond: free, WorstPrice: worst}
}
