package worker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	"github.com/aichain/aichain/tests/forge"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

const (
	endRefuted          = attesttypes.DISPUTE_END_REFUTED
	endUpheld           = attesttypes.DISPUTE_END_UPHELD
	endSolverSilent     = attesttypes.DISPUTE_END_SOLVER_SILENT
	endChallengerSilent = attesttypes.DISPUTE_END_CHALLENGER_SILENT
)

// requireWon checks that the worker won a dispute, and that it made every move in the first block that could take it.
func (r *disputeRig) requireWon(id uint64, ends ...attesttypes.DisputeEnd) {
	r.t.Helper()
	require.Contains(r.t, ends, r.chain.ended(id), "dispute %d", id)
	rec := r.records()[id]
	require.True(r.t, rec.IsClosed, "dispute %d", id)
	require.Equal(r.t, disputeWon, rec.Outcome, "dispute %d: %+v", id, rec)
	require.Empty(r.t, r.chain.referee.late)
}

// inMemory is how many witnesses the worker holds.
func (r *disputeRig) inMemory() int {
	rec := httptest.NewRecorder()
	r.worker.health.routes().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	_, after, found := strings.Cut(rec.Body.String(), "\naiworker_witnesses ")
	require.True(r.t, found)
	n, err := strconv.Atoi(strings.SplitN(after, "\n", 2)[0])
	require.NoError(r.t, err)
	return n
}

// An honest challenger finds every lie of a solver and proves it.
func TestEveryLieOfASolverIsRefuted(t *testing.T) {
	for i, lie := range forge.Lies() {
		for round := range uint64(4) {
			r := newDisputeRig(t)
			task := 10*uint64(i) + round
			right := r.right(task)
			claim, trace := r.forged(lie, right)
			r.chain.revealed(task, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right})
			id := r.chain.openDispute(task, otherProvider, r.chain.addr, &player{trace: trace})
			require.NoError(t, r.live(nil, r.over(id)))
			r.requireWon(id, endRefuted)
			rec := r.records()[id]
			require.Equal(t, "challenger", rec.Role)
			require.Contains(t, rec.Where, "unit", lie.Name)
			require.True(t, rec.Moves[len(rec.Moves)-1].Landed)
		}
	}
}

// A solver that does not show what was asked for loses by silence, wherever it stops.
func TestASolverThatWithholdsLoses(t *testing.T) {
	for silentAt := 1; silentAt <= 3; silentAt++ {
		r := newDisputeRig(t)
		right := r.right(1)
		claim, trace := r.forged(forge.Lies()[4], right)
		r.chain.revealed(1, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right})
		id := r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: trace, silentAt: silentAt})
		require.NoError(t, r.live(nil, r.over(id)))
		r.requireWon(id, endSolverSilent)
	}
}

// An honest solver survives challengers that look anywhere, follow a trace of their own invention, or go silent.
func TestAnHonestSolverSurvivesEveryChallenger(t *testing.T) {
	for name, challenger := range map[string]func(r *disputeRig, right step.Claim, seed uint64) *player{
		"looks anywhere": func(r *disputeRig, right step.Claim, seed uint64) *player {
			return &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(seed, 1))}
		},
		"spoils its step": func(r *disputeRig, right step.Claim, seed uint64) *player {
			return &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(seed, 2)), mutates: true}
		},
		"has a forged trace": func(r *disputeRig, right step.Claim, _ uint64) *player {
			return &player{trace: r.forge.Junk(r.honest(right), 3), rows: r.model}
		},
		"goes silent": func(r *disputeRig, right step.Claim, seed uint64) *player {
			return &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(seed, 3)), silentAt: 2}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(4) {
				r := newDisputeRig(t)
				right := r.right(seed)
				r.chain.revealed(seed, right, map[string]step.Claim{r.chain.addr: right, otherProvider: r.forge.Wrong(right)})
				id := r.chain.openDispute(seed, r.chain.addr, otherProvider, challenger(r, right, seed))
				require.NoError(t, r.live(nil, r.over(id)))
				r.requireWon(id, endUpheld, endChallengerSilent)
			}
		})
	}
}

// The split opens disputes in both directions, and a third seat has its own: all at once, one solver's in a queue.
func TestManyDisputesAtOnce(t *testing.T) {
	r := newDisputeRig(t)
	var ids []uint64
	for task := uint64(1); task <= 6; task++ {
		right := r.right(task)
		claim, trace := r.forged(forge.Lies()[task%4+1], right)
		r.chain.revealed(task, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right, thirdProvider: claim})
		ids = append(ids,
			r.chain.openDispute(task, otherProvider, r.chain.addr, &player{trace: trace}),
			r.chain.openDispute(task, thirdProvider, r.chain.addr, &player{trace: trace}),
			r.chain.openDispute(task, r.chain.addr, otherProvider, &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(task, 1))}),
			r.chain.openDispute(task, r.chain.addr, thirdProvider, &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(task, 2))}))
	}
	require.Equal(t, attesttypes.DISPUTE_PHASE_QUEUED, r.chain.referee.disputes[ids[3]].Phase)
	most := 0
	counting := &countingExecutor{Executor: r.canon}
	r.executor = counting
	require.NoError(t, r.live(nil, func() bool { most = max(most, r.inMemory()); return r.over(ids...)() }))
	for _, id := range ids {
		require.Equal(t, disputeWon, r.records()[id].Outcome, "dispute %d: %+v", id, r.records()[id])
	}
	require.LessOrEqual(t, most, maxWitnesses)
	require.Equal(t, 1, counting.atOnce, "witnesses are computed one after the other")
}

// A dispute in a queue has its witness before it begins.
func TestAQueuedDisputeIsPrepared(t *testing.T) {
	r := newDisputeRig(t)
	right := r.right(1)
	claim, trace := r.forged(forge.Lies()[1], right)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right, thirdProvider: right})
	r.chain.openDispute(1, otherProvider, thirdProvider, nil) // of two others, who do nothing
	id := r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: trace})
	require.Equal(t, attesttypes.DISPUTE_PHASE_QUEUED, r.chain.referee.disputes[id].Phase)
	require.NoError(t, r.live(nil, func() bool {
		r.chain.mu.Lock()
		defer r.chain.mu.Unlock()
		return r.chain.referee.disputes[id].Phase == attesttypes.DISPUTE_PHASE_QUEUED && r.inMemory() == 1
	}))
}

// A process is killed before and after each of its effects in turn, once, and started again: it wins all the same.
func TestKilledAnywhereWinsItsDisputes(t *testing.T) {
	for name, open := range map[string]func(r *disputeRig) uint64{
		"as challenger": func(r *disputeRig) uint64 {
			right := r.right(1)
			claim, trace := r.forged(forge.Lies()[1], right)
			r.chain.revealed(1, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right})
			return r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: trace})
		},
		"as solver": func(r *disputeRig) uint64 {
			right := r.right(1)
			r.chain.revealed(1, right, map[string]step.Claim{otherProvider: r.forge.Wrong(right), r.chain.addr: right})
			return r.chain.openDispute(1, r.chain.addr, otherProvider, &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(1, 1))})
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, isAfter := range []bool{false, true} {
				for n := 1; ; n++ {
					r := newDisputeRig(t)
					id := open(r)
					b := &bomb{left: n, isAfter: isAfter}
					require.NoError(t, r.live(b, r.over(id)))
					if !b.dead {
						require.Greater(t, n, 6, "a life has at least: seen, and each move noted, made, noted")
						break
					}
					require.NoError(t, r.live(nil, r.over(id)), "killed at effect %d, after=%v", n, isAfter)
					require.Contains(t, []attesttypes.DisputeEnd{endRefuted, endUpheld, endChallengerSilent}, r.chain.ended(id))
					require.Equal(t, disputeWon, r.records()[id].Outcome)
				}
			}
		})
	}
}

// While the node is away nothing is lost; when it is back the move is made in time.
func TestTheNodeAwayForSomeBlocks(t *testing.T) {
	r := newDisputeRig(t)
	r.patience = 20 * time.Millisecond
	right := r.right(1)
	claim, trace := r.forged(forge.Lies()[1], right)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right})
	id := r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: trace})
	blocks, over := 0, r.over(id)
	require.NoError(t, r.live(nil, func() bool {
		blocks++
		r.chain.mu.Lock()
		r.chain.isAway = blocks%16 > 2 && blocks%16 < 12
		r.chain.mu.Unlock()
		return over()
	}))
	require.Equal(t, endRefuted, r.chain.ended(id))
}

// Whom the solver's trace agrees with makes no move: the dispute runs out.
func TestARightSolverIsLeftAlone(t *testing.T) {
	r := newDisputeRig(t)
	r.patience = 2 * time.Millisecond
	right := r.right(1)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: right, r.chain.addr: r.forge.Wrong(right)})
	id := r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: r.honest(right)})
	require.NoError(t, r.live(nil, r.over(id)))
	require.Equal(t, endChallengerSilent, r.chain.ended(id))
	require.Empty(t, r.chain.referee.moves)
	rec := r.records()[id]
	require.Contains(t, rec.Note, "it is right")
	require.Equal(t, disputeLost, rec.Outcome)
}

// Our own result is wrong, and so our own run does not bear it out: no move would be accepted, and none is sent.
func TestAWrongResultOfOursIsNotDefended(t *testing.T) {
	r := newDisputeRig(t)
	r.patience = 2 * time.Millisecond
	right := r.right(1)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: right, r.chain.addr: r.forge.Wrong(right)})
	id := r.chain.openDispute(1, r.chain.addr, otherProvider, nil)
	counting := &countingExecutor{Executor: r.canon}
	r.executor = counting
	require.NoError(t, r.live(nil, r.over(id)))
	require.Equal(t, endSolverSilent, r.chain.ended(id))
	require.Empty(t, r.chain.referee.moves)
	require.Contains(t, r.records()[id].Note, "own run")
	require.Equal(t, maxWitnessTries, counting.witnessed, "a machine may err once")
}

// A machine that erred once when it witnessed computes again and wins.
func TestABadWitnessIsComputedAgain(t *testing.T) {
	r := newDisputeRig(t)
	right := r.right(1)
	wrong := r.forge.Wrong(right)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: wrong, r.chain.addr: right})
	r.executor = &forgingExecutor{Executor: r.canon, times: 1, forge: func() *forge.Trace { return r.honest(wrong) }}
	id := r.chain.openDispute(1, r.chain.addr, otherProvider, &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(1, 1))})
	require.NoError(t, r.live(nil, r.over(id)))
	r.requireWon(id, endUpheld)
}

// The worker plays whatever its executor witnesses, through the port alone: a liar needs no other worker.
func TestAnyWitnessIsPlayed(t *testing.T) {
	r := newDisputeRig(t)
	right := r.right(1)
	wrong, forged := r.forged(forge.Lies()[2], right)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: right, r.chain.addr: wrong})
	r.executor = &forgingExecutor{Executor: r.canon, times: 1 << 30, forge: func() *forge.Trace { return forged }}
	id := r.chain.openDispute(1, r.chain.addr, otherProvider, &player{trace: r.honest(wrong), rows: r.model})
	require.NoError(t, r.live(nil, r.over(id)))
	require.Equal(t, disputeLost, r.records()[id].Outcome)
	require.Contains(t, r.chain.referee.moves, fmt.Sprintf("%d:trace", id))
	require.Contains(t, r.chain.referee.moves, fmt.Sprintf("%d:chunk", id))
}

// countingExecutor counts witnesses.
type countingExecutor struct {
	*canon.Executor
	mu        sync.Mutex
	now       int
	atOnce    int
	witnessed int
	ran       int
}

func (e *countingExecutor) Execute(ctx context.Context, model [32]byte, jobs []executor.Job) []executor.Result {
	e.mu.Lock()
	e.ran += len(jobs)
	e.mu.Unlock()
	return e.Executor.Execute(ctx, model, jobs)
}

func (e *countingExecutor) Witness(ctx context.Context, model [32]byte, c step.Claim) (executor.Witness, error) {
	count := func(by int) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.now += by
		e.witnessed += max(by, 0)
		e.atOnce = max(e.atOnce, e.now)
	}
	count(1)
	defer count(-1)
	return e.Executor.Witness(ctx, model, c)
}

// forgingExecutor witnesses something else than what was, a number of times.
type forgingExecutor struct {
	*canon.Executor
	forge func() *forge.Trace
	times int
}

func (e *forgingExecutor) Witness(ctx context.Context, model [32]byte, c step.Claim) (executor.Witness, error) {
	w, err := e.Executor.Witness(ctx, model, c)
	if e.times--; err != nil || e.times < 0 {
		return w, err
	}
	return forgedWitness{w, e.forge()}, nil
}

// forgedWitness is a witness with another trace.
type forgedWitness struct {
	executor.Witness
	trace *forge.Trace
}

func (w forgedWitness) Root() step.Hash                  { return w.trace.TraceRoot() }
func (w forgedWitness) Ends() (first, last []step.Hash)  { return w.trace.Ends() }
func (w forgedWitness) Trace(context.Context) step.Trace { return w.trace }
