package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
)

// Invariants walks the whole state and returns ErrBrokenInvariant with the first contradiction:
//   - the records do not contradict themselves or each other (types.GenesisState.Check): a verdict is what the seats
//     revealed, a case counts its unresolved disputes, one dispute a solver and task is played, and so on;
//   - every open round has exactly one deadline, at its height, or is parked;
//   - every unresolved dispute is in the queue of its solver and among the duties of both sides, and is one of: due, at
//     its deadline; parked; waiting. Every dispute is found by its task and by its sides;
//   - every case without an unresolved dispute has an end, at its height, or is parked;
//   - nothing else is in any index, and no mempool mark is in the store.
//
// What holds between this module and others, as that a lien is held for every challenged seat, is theirs to say. It is
// for tests and tools, not for a block.
func (k *Keeper) Invariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Check(types.ErrBrokenInvariant); err != nil {
		return err
	}
	want := indexesOf(gs)
	for _, check := range []func() error{
		func() error { return k.checkDeadlines(ctx, want.deadlines) },
		same(ctx, "task_disputes", k.taskDisputes, want.taskDisputes),
		same(ctx, "queue", k.queue, want.queue),
		same(ctx, "duties", k.duties, want.duties),
		same(ctx, "dispute_deadlines", k.disputeDeadlines, want.disputeDeadlines),
		same(ctx, "case_ends", k.caseEnds, want.caseEnds),
		same(ctx, "pending", k.pending, nil),
		func() error { return k.checkChallenges(ctx, gs.Disputes) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// indexes are the keys that the records lead to.
type indexes struct {
	deadlines        []dueKey
	taskDisputes     []idAt
	queue            []queueKey
	duties           []dutyKey
	disputeDeadlines []idAt
	caseEnds         []idAt
}

// indexesOf builds the keys of all indexes from the records, by the rules that keeper.go states.
func indexesOf(gs *types.GenesisState) (want indexes) {
	parked := make(map[uint64]string, len(gs.Parked))
	for _, p := range gs.Parked {
		parked[p.TaskId] = p.Step
	}
	aside := make(map[uint64]bool, len(gs.ParkedDisputes))
	for _, p := range gs.ParkedDisputes {
		aside[p.DisputeId] = true
	}
	for i := range gs.Rounds {
		if r := gs.Rounds[i]; r.IsOpen() && parked[r.TaskId] != types.ParkedStep {
			want.deadlines = append(want.deadlines, dueAt(r))
		}
	}
	for i := range gs.Disputes {
		d := &gs.Disputes[i]
		want.taskDisputes = append(want.taskDisputes, collections.Join(d.TaskId, d.Id))
		if !d.IsOpen() {
			continue
		}
		want.queue = append(want.queue, collections.Join3(d.TaskId, d.Solver, d.Id))
		want.duties = append(want.duties, collections.Join(d.Solver, d.Id), collections.Join(d.Challenger, d.Id))
		if d.Deadline > 0 && !aside[d.Id] {
			want.disputeDeadlines = append(want.disputeDeadlines, collections.Join(d.Deadline, d.Id))
		}
	}
	for _, c := range gs.Cases {
		if c.Unresolved == 0 && parked[c.TaskId] != types.ParkedCaseStep {
			want.caseEnds = append(want.caseEnds, endOf(c))
		}
	}
	return want
}

// same returns the check that a set has exactly these keys, which are different from each other.
func same[K any](ctx context.Context, name string, set collections.KeySet[K], want []K) func() error {
	return func() error {
		for _, key := range want {
			isThere, err := set.Has(ctx, key)
			if err != nil {
				return err
			}
			if !isThere {
				return errorsmod.Wrapf(types.ErrBrokenInvariant, "%s: %s is missing", name, set.KeyCodec().Stringify(key))
			}
		}
		it, err := set.Iterate(ctx, nil)
		if err != nil {
			return err
		}
		keys, err := it.Keys()
		if err != nil {
			return err
		}
		if len(keys) != len(want) {
			return errorsmod.Wrapf(types.ErrBrokenInvariant, "%s: expected %d keys, got %d", name, len(want), len(keys))
		}
		return nil
	}
}

// checkDeadlines checks that each open round has its deadline, and nothing else has one.
func (k *Keeper) checkDeadlines(ctx context.Context, want []dueKey) error {
	for _, at := range want {
		isThere, err := k.deadlines.Has(ctx, at)
		if err != nil {
			return err
		}
		if !isThere {
			return errorsmod.Wrapf(types.ErrBrokenInvariant, "deadlines: task %d at height %d is missing", at.ID, at.Height)
		}
	}
	n := 0
	if err := k.deadlines.Walk(ctx, func(dueKey) bool { n++; return false }); err != nil {
		return err
	}
	if n != len(want) {
		return errorsmod.Wrapf(types.ErrBrokenInvariant, "deadlines: expected %d, got %d", len(want), n)
	}
	return nil
}

// checkChallenges checks that each dispute is found by its sides, and nothing else is.
func (k *Keeper) checkChallenges(ctx context.Context, disputes []types.Dispute) error {
	for i := range disputes {
		d := &disputes[i]
		id, err := k.challenges.Get(ctx, collections.Join3(d.TaskId, d.Solver, d.Challenger))
		if err != nil || id != d.Id {
			return errorsmod.Wrapf(types.ErrBrokenInvariant, "challenges: expected dispute %d, got %d (%v)", d.Id, id, err)
		}
	}
	it, err := k.challenges.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	keys, err := it.Keys()
	if err != nil {
		return err
	}
	if len(keys) != len(disputes) {
		return errorsmod.Wrapf(types.ErrBrokenInvariant, "challenges: expected %d keys, got %d", len(disputes), len(keys))
	}
	return nil
}
