package keeper

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Tasks of everyDispute.
const (
	inTrace     = 1 // and so on by phase: the dispute against seat 2 is played up to it
	inStep      = 5
	resolved    = 6 // a split that is decided
	challengedT = 7 // a settled result under challenge: one resolved, one queued, one played
	overWindow  = 8 // a challenged result whose disputes are resolved and whose window is open
	aside       = 9 // a split with a parked dispute
	asideCase   = 10
	dropping    = 11 // a fallen seat with more challengers than are dropped at once
	waiting     = 12 // sealed: its lot is drawn in the next block
	audited     = 13 // its blind seat may commit
)

// everyDispute is a state with disputes in every phase and every way to wait, with cases of both kinds, and with audits.
func everyDispute(t testing.TB) *court {
	t.Helper()
	c := newCourt(t)
	params := types.DefaultParams()
	params.DisputeWindow, params.TraceWindow = 500, 600 // nothing lapses by itself
	require.NoError(t, c.k.params.Set(c.ctx, params))
	for i, m := range moveKinds {
		_, height := c.upTo(inTrace+uint64(i), m.phase)
		c.at(height)
	}
	for _, id := range []uint64{resolved, aside, asideCase} {
		c.postRefereed(id, 0, 1)
		c.attest(id, []int{0, 1}, []step.Claim{c.right(id), c.wrong(id, 1)[0]})
	}
	c.resolveAll(resolved)
	d := c.disputesOf(aside)[0]
	require.NoError(t, c.k.parkDispute(c.ctx, collections.Join(d.Deadline, d.Id), sdkerrors.ErrLogic))
	c.end(heightOf(c.ctx))
	c.resolveAll(asideCase)
	k, err := c.k.cases.Get(c.ctx, asideCase)
	require.NoError(t, err)
	require.NoError(t, c.k.parkCase(c.ctx, endOf(k), sdkerrors.ErrLogic))

	for _, id := range []uint64{challengedT, overWindow, dropping} {
		var lie []step.Claim
		c.settled(id, func() step.Claim {
			if lie == nil {
				lie = c.wrong(id, 1)
			}
			return lie[0]
		}, 0, 1, 2)
		c.at(heightOf(c.ctx) + 1)
	}
	c.challenged(challengedT, 20, 0)
	c.until(c.challenged(challengedT, 21, 1).Id, types.DISPUTE_PHASE_CHUNK_DUE)
	c.challenged(challengedT, 22, 1)
	c.challenged(overWindow, 23, 2)
	c.resolveAll(overWindow)
	first := c.challenged(dropping, 30, 0)
	for n := 31; n < 31+dropAtOnce+2; n++ {
		c.challenged(dropping, n, 0)
	}
	require.NoError(t, c.k.resolve(c.ctx, c.load(first.Id), types.DISPUTE_END_SOLVER_SILENT))

	for _, id := range []uint64{audited, waiting} {
		c.postAudited(id, 10_000)
		c.tasks.audits[id] = 9
		c.sealAll(id)
		if id == audited {
			c.begin(heightOf(c.ctx) + 1)
		}
	}
	require.NoError(t, c.k.Invariants(c.ctx))
	return c
}

// resolveAll resolves the disputes of a task as if the challengers had kept silent.
func (c *court) resolveAll(id uint64) {
	c.t.Helper()
	for _, d := range c.disputesOf(id) {
		require.NoError(c.t, c.k.resolve(c.ctx, c.load(d.Id), types.DISPUTE_END_CHALLENGER_SILENT))
	}
}

// imported is a court over a store of its own with the state of a genesis, and neighbours that stand where c's stand.
func (c *court) imported(gs *types.GenesisState) *court {
	c.t.Helper()
	g := &court{fixture: newFixture(c.t), machine: c.machine, forger: c.forger, players: c.players}
	*g.tasks = fakeTasks{
		tasks: maps.Clone(c.tasks.tasks), released: maps.Clone(c.tasks.released), poison: c.tasks.poison,
		models: c.tasks.models, audits: c.tasks.audits, seeds: maps.Clone(c.tasks.seeds),
	}
	*g.stakes = fakeStakes{free: maps.Clone(c.stakes.free), held: maps.Clone(c.stakes.held)}
	g.money.finals = maps.Clone(c.money.finals)
	require.NoError(c.t, g.k.InitGenesis(g.ctx, gs))
	g.at(heightOf(c.ctx))
	return g
}

// TestGenesisOfDisputes: export, import, export gives the same bytes, every index is rebuilt, and life goes on alike on
// both sides: the lots of the next block, a move in each dispute, time-outs, and the ends of all cases.
func TestGenesisOfDisputes(t *testing.T) {
	c := everyDispute(t)
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	phases := map[types.DisputePhase]int{}
	for _, d := range gs.Disputes {
		phases[d.Phase]++
	}
	require.Len(t, phases, int(types.DISPUTE_PHASE_RESOLVED), "every phase: %v", phases)
	require.NotEmpty(t, gs.Traces)
	require.NotEmpty(t, gs.Shown)
	require.NotEmpty(t, gs.Sealed)
	require.NotEmpty(t, gs.ParkedDisputes)
	require.Len(t, gs.Parked, 1)

	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	bytes := cdc.MustMarshalJSON(gs)
	var read types.GenesisState
	cdc.MustUnmarshalJSON(bytes, &read)
	g := c.imported(&read)
	require.Equal(t, c.dump(), g.dump(), "the rebuilt indexes included")
	require.NoError(t, g.k.Invariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, bytes, cdc.MustMarshalJSON(again))

	height := heightOf(c.ctx)
	for _, side := range []*court{c, g} {
		side.end(height)
		side.begin(height + 1)
		for id := uint64(inTrace); id <= inStep; id++ {
			for _, d := range side.disputesOf(id) {
				if msg := side.due(d.Id); msg != nil {
					require.NoError(t, side.send(msg))
				}
			}
		}
		for h := height + 1; h < height+2_500; h++ {
			side.at(h)
			require.NoError(t, side.k.EndBlock(side.ctx))
		}
		require.NoError(t, side.k.Invariants(side.ctx))
	}
	require.Equal(t, c.dump(), g.dump())
	require.Equal(t, c.tasks.tasks, g.tasks.tasks)
	require.Equal(t, c.stakes.held, g.stakes.held)
	gs, err = c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	require.Len(t, gs.Cases, 2, "all but the parked ones have ended")
}
