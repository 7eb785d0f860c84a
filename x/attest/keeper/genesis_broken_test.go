package keeper

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/attest/types"
)

// breaker breaks a genesis or a store in one place.
type breaker struct {
	name   string
	breaks func(*types.GenesisState)
}

// disputeIn finds the first dispute in a phase.
func disputeIn(g *types.GenesisState, phase types.DisputePhase) *types.Dispute {
	for i := range g.Disputes {
		if g.Disputes[i].Phase == phase {
			return &g.Disputes[i]
		}
	}
	panic(phase)
}

// roundOf finds the last round of a task.
func roundOf(g *types.GenesisState, id uint64) (r *types.Round) {
	for i := range g.Rounds {
		if g.Rounds[i].TaskId == id {
			r = &g.Rounds[i]
		}
	}
	return r
}

// TestGenesisRefusesBrokenDisputes breaks a good genesis in one place each.
func TestGenesisRefusesBrokenDisputes(t *testing.T) {
	c := everyDispute(t)
	queued := func(g *types.GenesisState) *types.Dispute { return disputeIn(g, types.DISPUTE_PHASE_QUEUED) }
	inTraceDue := func(g *types.GenesisState) *types.Dispute { return disputeIn(g, types.DISPUTE_PHASE_TRACE_DUE) }
	inStepDue := func(g *types.GenesisState) *types.Dispute { return disputeIn(g, types.DISPUTE_PHASE_STEP_DUE) }
	over := func(g *types.GenesisState) *types.Dispute { return disputeIn(g, types.DISPUTE_PHASE_RESOLVED) }
	for _, b := range []breaker{
		// The parameters and the ids.
		{"next id", func(g *types.GenesisState) { g.NextDisputeId = 0 }},
		{"next id that is taken", func(g *types.GenesisState) { g.NextDisputeId = g.Disputes[len(g.Disputes)-1].Id }},
		{"ids out of order", func(g *types.GenesisState) { g.Disputes[0], g.Disputes[1] = g.Disputes[1], g.Disputes[0] }},
		{"id 0", func(g *types.GenesisState) { g.Disputes[0].Id = 0 }},
		// One dispute.
		{"no origin", func(g *types.GenesisState) { queued(g).Origin = 0 }},
		{"no solver", func(g *types.GenesisState) { queued(g).Solver = "" }},
		{"against itself", func(g *types.GenesisState) { queued(g).Challenger = queued(g).Solver }},
		{"a stranger solves", func(g *types.GenesisState) { queued(g).Solver = account(90) }},
		{"a stranger in a split", func(g *types.GenesisState) { inTraceDue(g).Challenger = account(90) }},
		{"a seat challenges", func(g *types.GenesisState) { g.Disputes[len(g.Disputes)-1].Challenger = account(1) }},
		{"a stake in a split", func(g *types.GenesisState) { inTraceDue(g).Stake = 1 }},
		{"another task", func(g *types.GenesisState) { inStepDue(g).TaskId = 99 }},
		{"another round", func(g *types.GenesisState) { inStepDue(g).Round = 1 }},
		{"no windows", func(g *types.GenesisState) { inStepDue(g).MoveWindow = 0 }},
		{"unknown phase", func(g *types.GenesisState) { inStepDue(g).Phase = 9 }},
		{"no phase", func(g *types.GenesisState) { inStepDue(g).Phase = 0 }},
		{"another phase", func(g *types.GenesisState) { inStepDue(g).Phase = types.DISPUTE_PHASE_CHUNK_DUE }},
		{"no deadline", func(g *types.GenesisState) { inStepDue(g).Deadline = 0 }},
		{"a deadline before it began", func(g *types.GenesisState) { inStepDue(g).Deadline = 1 }},
		{"a deadline while queued", func(g *types.GenesisState) { queued(g).Deadline = 1_000_000 }},
		{"a deadline of the resolved", func(g *types.GenesisState) { over(g).Deadline = 1_000_000 }},
		{"no hash", func(g *types.GenesisState) { inStepDue(g).Hash = nil }},
		{"a short hash", func(g *types.GenesisState) { inStepDue(g).Hash = make([]byte, 31) }},
		{"a hash before the trace", func(g *types.GenesisState) { inTraceDue(g).Hash = make([]byte, 32) }},
		{"a step outside a chunk", func(g *types.GenesisState) { inStepDue(g).Place.Level = 1 }},
		{"a move left out", func(g *types.GenesisState) { inStepDue(g).Moves = inStepDue(g).Moves[1:2] }},
		{"moves out of order", func(g *types.GenesisState) { m := inStepDue(g).Moves; m[0], m[1] = m[1], m[0] }},
		{"an unknown move", func(g *types.GenesisState) { inStepDue(g).Moves[0].Kind = 6 }},
		{"a move from before", func(g *types.GenesisState) { inStepDue(g).Moves[0].Height = 1 }},
		{"a child beyond any", func(g *types.GenesisState) { inStepDue(g).Moves[1].Index = 128 }},
		{"an end of the open", func(g *types.GenesisState) { inStepDue(g).End = types.DISPUTE_END_UPHELD }},
		{"no end of the resolved", func(g *types.GenesisState) { over(g).End = 0 }},
		{"an unknown end", func(g *types.GenesisState) { over(g).End = 7 }},
		{"another winner", func(g *types.GenesisState) { over(g).Winner = types.DISPUTE_SIDE_CHALLENGER }},
		{"a close of the open", func(g *types.GenesisState) { inStepDue(g).CloseHeight = 1_000 }},
		{"a close before it began", func(g *types.GenesisState) { over(g).CloseHeight = 1 }},
		{"a verdict of nothing", func(g *types.GenesisState) { over(g).Verdict = &types.StepVerdict{} }},
		{"computed without a verdict", func(g *types.GenesisState) { over(g).End = types.DISPUTE_END_UPHELD }},
		// Who plays, and the cases.
		{"two played against one solver", func(g *types.GenesisState) {
			d := queued(g)
			d.Phase, d.Deadline = types.DISPUTE_PHASE_TRACE_DUE, 1_000_000
		}},
		{"no case", func(g *types.GenesisState) { g.Cases = g.Cases[1:] }},
		{"a case twice", func(g *types.GenesisState) { g.Cases[1] = g.Cases[0] }},
		{"a case counts wrongly", func(g *types.GenesisState) { g.Cases[0].Unresolved++ }},
		{"a case of no round", func(g *types.GenesisState) { g.Cases[0].Round = 5 }},
		{"a split with a window", func(g *types.GenesisState) { g.Cases[0].Until = 5 }},
		{"a challenge without one", func(g *types.GenesisState) { caseOf(g, challengedT).Until = 0 }},
		{"a case of another origin", func(g *types.GenesisState) { g.Cases[0].Origin, g.Cases[0].Until = types.DISPUTE_ORIGIN_CHALLENGE, 9 }},
		// The seats.
		{"fallen and played", func(g *types.GenesisState) {
			s := &roundOf(g, inTrace).Seats[2]
			s.Fall = types.FALL_PROVEN
		}},
		{"a fall without a result", func(g *types.GenesisState) { roundOf(g, waiting).Seats[0].Fall = types.FALL_PROVEN }},
		{"an unknown fall", func(g *types.GenesisState) { roundOf(g, dropping).Seats[0].Fall = 3 }},
		{"silent in no dispute", func(g *types.GenesisState) { roundOf(g, dropping).Seats[0].LostDispute = 0 }},
		{"lost and standing", func(g *types.GenesisState) { roundOf(g, dropping).Seats[0].Fall = 0 }},
		{"lost a dispute of another", func(g *types.GenesisState) { roundOf(g, dropping).Seats[0].LostDispute = 1 }},
		{"challenged without a case", func(g *types.GenesisState) { roundOf(g, resolved).Seats[0].Challenged = true }},
		{"challenged and wrong", func(g *types.GenesisState) { roundOf(g, challengedT).Seats[0].Outcome = 24 }},
		// Audits.
		{"a rate above all", func(g *types.GenesisState) { roundOf(g, waiting).AuditBps = 10_001 }},
		{"a rate without a referee", func(g *types.GenesisState) { roundOf(g, waiting).Refereed = false }},
		{"two audits", func(g *types.GenesisState) { roundOf(g, audited).Audits = 2 }},
		{"an audit without a chance", func(g *types.GenesisState) { roundOf(g, audited).AuditBps = 0 }},
		{"an audit of no height", func(g *types.GenesisState) { roundOf(g, audited).AuditHeight = 0 }},
		{"an audit before the others committed", func(g *types.GenesisState) { roundOf(g, audited).Seats[0].Commitment = nil }},
		{"sealed twice", func(g *types.GenesisState) { g.Sealed[0].TaskIds = append(g.Sealed[0].TaskIds, waiting) }},
		{"sealed and not complete", func(g *types.GenesisState) { g.Sealed[0].TaskIds[0] = audited }},
		{"sealed nothing", func(g *types.GenesisState) { g.Sealed[0].TaskIds = nil }},
		{"sealed out of order", func(g *types.GenesisState) {
			g.Sealed = append(g.Sealed, types.Sealed{Height: g.Sealed[0].Height, Provider: g.Sealed[0].Provider, TaskIds: []uint64{1}})
		}},
		{"sealed by nobody", func(g *types.GenesisState) { g.Sealed[0].Provider = "" }},
		// What was posted and shown.
		{"a trace twice", func(g *types.GenesisState) { g.Traces[1] = g.Traces[0] }},
		{"a short root", func(g *types.GenesisState) { g.Traces[0].Root = g.Traces[0].Root[1:] }},
		{"too many children", func(g *types.GenesisState) { g.Traces[0].Children = make([]byte, maxChildren+32) }},
		{"no children", func(g *types.GenesisState) { g.Traces[0].Children = nil }},
		{"a stranger's trace", func(g *types.GenesisState) { g.Traces[0].Provider = account(90) }},
		{"shown in no dispute", func(g *types.GenesisState) { g.Shown[0].DisputeId = 0 }},
		{"shown too deep", func(g *types.GenesisState) { g.Shown[len(g.Shown)-1].Depth = 100 }},
		{"shown at the top", func(g *types.GenesisState) { g.Shown[0].Depth = 0 }},
		{"shown half a hash", func(g *types.GenesisState) { g.Shown[0].Data = make([]byte, 33) }},
		{"shown out of order", func(g *types.GenesisState) { g.Shown[0], g.Shown[1] = g.Shown[1], g.Shown[0] }},
		// What is parked.
		{"parked and resolved", func(g *types.GenesisState) { g.ParkedDisputes[0].DisputeId = over(g).Id }},
		{"parked and queued", func(g *types.GenesisState) { g.ParkedDisputes[0].DisputeId = queued(g).Id }},
		{"parked twice", func(g *types.GenesisState) { g.ParkedDisputes = append(g.ParkedDisputes, g.ParkedDisputes[0]) }},
		{"a parked case that is none", func(g *types.GenesisState) { g.Parked[0].TaskId = waiting }},
		{"a parked case with disputes", func(g *types.GenesisState) { g.Parked[0].TaskId = inTrace }},
	} {
		t.Run(b.name, func(t *testing.T) {
			gs, err := c.k.ExportGenesis(c.ctx)
			require.NoError(t, err)
			require.NoError(t, gs.Validate())
			b.breaks(gs)
			require.ErrorIs(t, gs.Validate(), types.ErrInvalidGenesis)
			g := newFixture(t)
			before := g.dump()
			require.ErrorIs(t, g.k.InitGenesis(g.ctx, gs), types.ErrInvalidGenesis)
			require.Equal(t, before, g.dump())
		})
	}
}

func caseOf(g *types.GenesisState, id uint64) *types.Case {
	for i := range g.Cases {
		if g.Cases[i].TaskId == id {
			return &g.Cases[i]
		}
	}
	panic(id)
}

// TestInvariantsNoticeBrokenIndexes breaks the indexes of a good state in one place each.
func TestInvariantsNoticeBrokenIndexes(t *testing.T) {
	c := everyDispute(t)
	good := c.ctx
	open := func() types.Dispute { return c.load(c.disputesOf(inTrace)[2].Id) }
	over := func() types.Dispute { return c.load(c.disputesOf(resolved)[0].Id) }
	for name, breaks := range map[string]func() error{
		"a deadline missing": func() error {
			return c.k.disputeDeadlines.Remove(c.ctx, collections.Join(open().Deadline, open().Id))
		},
		"a deadline too many": func() error { return c.k.disputeDeadlines.Set(c.ctx, collections.Join(uint64(5), open().Id)) },
		"a deadline of the parked": func() error {
			d := c.load(c.disputesOf(aside)[0].Id)
			return c.k.disputeDeadlines.Set(c.ctx, collections.Join(d.Deadline, d.Id))
		},
		"a place in the queue missing": func() error {
			return c.k.queue.Remove(c.ctx, collections.Join3(open().TaskId, open().Solver, open().Id))
		},
		"a place in the queue too many": func() error { return c.k.queue.Set(c.ctx, collections.Join3(over().TaskId, over().Solver, over().Id)) },
		"a duty missing":                func() error { return c.k.duties.Remove(c.ctx, collections.Join(open().Challenger, open().Id)) },
		"a duty too many":               func() error { return c.k.duties.Set(c.ctx, collections.Join(over().Solver, over().Id)) },
		"not found by its task":         func() error { return c.k.taskDisputes.Remove(c.ctx, collections.Join(over().TaskId, over().Id)) },
		"found by another task":         func() error { return c.k.taskDisputes.Set(c.ctx, collections.Join(uint64(77), over().Id)) },
		"not found by its sides": func() error {
			return c.k.challenges.Remove(c.ctx, collections.Join3(over().TaskId, over().Solver, over().Challenger))
		},
		"found by other sides": func() error {
			return c.k.challenges.Set(c.ctx, collections.Join3(over().TaskId, account(77), over().Challenger), over().Id)
		},
		"another found by its sides": func() error {
			return c.k.challenges.Set(c.ctx, collections.Join3(over().TaskId, over().Solver, over().Challenger), open().Id)
		},
		"an end missing":        func() error { k := mustCase(c, overWindow); return c.k.caseEnds.Remove(c.ctx, endOf(k)) },
		"an end too many":       func() error { k := mustCase(c, challengedT); return c.k.caseEnds.Set(c.ctx, endOf(k)) },
		"an end of the parked":  func() error { k := mustCase(c, asideCase); return c.k.caseEnds.Set(c.ctx, endOf(k)) },
		"a case that miscounts": func() error { k := mustCase(c, inTrace); k.Unresolved--; return c.k.cases.Set(c.ctx, inTrace, k) },
		"a case gone":           func() error { return c.k.cases.Remove(c.ctx, inTrace) },
		"a mark in the store":   func() error { return c.k.pending.Set(c.ctx, moveMark(1)) },
		"no next id":            func() error { return c.k.nextDispute.Set(c.ctx, 1) },
		"shown and resolved": func() error {
			return c.k.shown.Set(c.ctx, collections.Join(over().Id, uint32(1)), types.Shown{DisputeId: over().Id, Depth: 1, Data: make([]byte, 32)})
		},
		"a trace of 31 bytes": func() error {
			return c.k.traces.Set(c.ctx, collections.Join(uint64(inStep), account(2)), types.Trace{TaskId: inStep, Provider: account(2), Root: make([]byte, 31)})
		},
		"parked and not waiting": func() error {
			return c.k.parkedDisputes.Set(c.ctx, over().Id, types.ParkedDispute{DisputeId: over().Id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.ctx, _ = good.CacheContext()
			require.NoError(t, c.k.Invariants(c.ctx))
			require.NoError(t, breaks())
			require.ErrorIs(t, c.k.Invariants(c.ctx), types.ErrBrokenInvariant)
			c.ctx = good
		})
	}
}

func mustCase(c *court, id uint64) types.Case {
	c.t.Helper()
	k, err := c.k.cases.Get(c.ctx, id)
	require.NoError(c.t, err)
	return k
}

// FuzzGenesis: no bytes make the checks panic, and what they let pass is a state whose invariants hold.
func FuzzGenesis(f *testing.F) {
	for _, phase := range []types.DisputePhase{types.DISPUTE_PHASE_TRACE_DUE, types.DISPUTE_PHASE_STEP_DUE} {
		c := newCourt(f)
		c.upTo(1, phase)
		gs, err := c.k.ExportGenesis(c.ctx)
		require.NoError(f, err)
		b, err := gs.Marshal()
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var gs types.GenesisState
		if gs.Unmarshal(b) != nil || gs.Validate() != nil {
			return
		}
		g := newFixture(t)
		require.NoError(t, g.k.InitGenesis(g.ctx, &gs))
		require.NoError(t, g.k.Invariants(g.ctx))
	})
}

// TestMutatedGenesis changes up to four bytes of a genesis in the middle of a dispute, 3 000 times: what the checks let
// pass is a state whose invariants hold, and nothing panics.
func TestMutatedGenesis(t *testing.T) {
	c := newCourt(t)
	c.upTo(1, types.DISPUTE_PHASE_STEP_DUE)
	gs, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	whole, err := gs.Marshal()
	require.NoError(t, err)
	random, parsed, passed := rand.New(rand.NewPCG(1, 2)), 0, 0
	for range 3_000 {
		b := slices.Clone(whole)
		for range 1 + random.IntN(4) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		var gs types.GenesisState
		if gs.Unmarshal(b) != nil {
			continue
		}
		parsed++
		if gs.Validate() != nil {
			continue
		}
		passed++
		f := newFixture(t)
		require.NoError(t, f.k.InitGenesis(f.ctx, &gs))
		require.NoError(t, f.k.Invariants(f.ctx))
	}
	t.Logf("%d parsed, %d passed", parsed, passed)
	require.Greater(t, parsed, 1_000)
	require.Greater(t, passed, 100)
}
