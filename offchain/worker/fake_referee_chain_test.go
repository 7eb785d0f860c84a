package worker

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// locked runs do as the node would, unless it is away.
func (c *fakeChain) locked(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isAway {
		return errAway
	}
	return do()
}

func (c *fakeChain) DisputesOf(_ context.Context, party string) (out []attesttypes.Dispute, err error) {
	err = c.locked(func() error {
		for _, id := range slices.Sorted(maps.Keys(c.referee.disputes)) {
			d := c.referee.disputes[id]
			if d.Phase != attesttypes.DISPUTE_PHASE_RESOLVED && sideOf(*d, party) != dispute.Nobody {
				out = append(out, c.viewOf(d).Dispute)
			}
		}
		return nil
	})
	return out, err
}

func (c *fakeChain) Disputes(_ context.Context, task uint64) (out []attesttypes.Dispute, err error) {
	err = c.locked(func() error {
		for _, id := range slices.Sorted(maps.Keys(c.referee.disputes)) {
			if d := c.referee.disputes[id]; d.TaskId == task {
				out = append(out, c.viewOf(d).Dispute)
			}
		}
		return nil
	})
	return out, err
}

func (c *fakeChain) Dispute(_ context.Context, id uint64) (v *attesttypes.QueryDisputeResponse, err error) {
	err = c.locked(func() error {
		if c.referee.disputes[id] == nil {
			return client.ErrNotFound
		}
		v = c.viewOf(c.referee.disputes[id])
		return nil
	})
	return v, err
}

func (c *fakeChain) Task(_ context.Context, id uint64) (out *computetypes.QueryTaskResponse, err error) {
	err = c.locked(func() error {
		t, ok := c.tasks[id]
		if !ok {
			return client.ErrNotFound
		}
		out = &computetypes.QueryTaskResponse{Task: t}
		return nil
	})
	return out, err
}

func (c *fakeChain) Rounds(_ context.Context, id uint64) (out []attesttypes.Round, err error) {
	err = c.locked(func() error {
		out = []attesttypes.Round{copyRound(c.rounds[id])}
		return nil
	})
	return out, err
}

// moveBy is a move of the worker; one that was made before is a success, as the client has it.
func (c *fakeChain) moveBy(at client.Turn, kind attesttypes.DisputeMoveKind, b built) (client.Tx, error) {
	err := c.locked(func() error {
		if d := c.referee.disputes[at.Dispute]; d != nil && int(at.Move) < len(d.Moves) && d.Moves[at.Move].Kind == kind {
			return nil
		}
		return c.makeMove(c.addr, at.Dispute, at.Move, kind, b)
	})
	return client.Tx{}, err
}

func (c *fakeChain) PostTrace(_ context.Context, at client.Turn, o client.Opening) (client.Tx, error) {
	return c.moveBy(at, attesttypes.DISPUTE_MOVE_KIND_TRACE, built{opening: o})
}

func (c *fakeChain) ChooseChild(_ context.Context, at client.Turn, index uint32) (client.Tx, error) {
	return c.moveBy(at, attesttypes.DISPUTE_MOVE_KIND_CHOICE, built{index: index})
}

func (c *fakeChain) PostChildren(_ context.Context, at client.Turn, children []step.Hash) (client.Tx, error) {
	return c.moveBy(at, attesttypes.DISPUTE_MOVE_KIND_CHILDREN, built{children: children})
}

func (c *fakeChain) PostChunk(_ context.Context, at client.Turn, data []byte) (client.Tx, error) {
	return c.moveBy(at, attesttypes.DISPUTE_MOVE_KIND_CHUNK, built{data: data})
}

func (c *fakeChain) PostStep(_ context.Context, at client.Turn, encoded []byte) (client.Tx, error) {
	return c.moveBy(at, attesttypes.DISPUTE_MOVE_KIND_STEP, built{data: encoded})
}

func (c *fakeChain) TasksByStatus(_ context.Context, status computetypes.TaskStatus, key []byte) (out []computetypes.Task, next []byte, err error) {
	err = c.locked(func() error {
		var all []computetypes.Task
		for _, id := range slices.Sorted(maps.Keys(c.tasks)) {
			if t := c.tasks[id]; t.Status == status {
				all = append(all, t)
			}
		}
		slices.SortStableFunc(all, func(a, b computetypes.Task) int { return cmp.Compare(a.NextHeight, b.NextHeight) })
		from := 0
		if len(key) > 0 {
			from = int(key[0])
		}
		to := min(from+settledPage, len(all))
		if out = all[min(from, to):to]; to < len(all) {
			next = []byte{byte(to)}
		}
		return nil
	})
	return out, next, err
}

func (c *fakeChain) OpenDispute(_ context.Context, task uint64, solver string) (out *attesttypes.MsgOpenDisputeResponse, tx client.Tx, err error) {
	err = c.locked(func() error {
		t, key := c.tasks[task], traceOf(task, solver)
		seat := c.rounds[task].Seats[c.rounds[task].SeatOf(solver)]
		switch {
		case t.Status != computetypes.TASK_STATUS_SETTLED:
			return as(attesttypes.ErrNotSettled, "%d", task)
		case c.height+1 > t.CloseHeight+t.Snapshot.ChallengeWindow:
			return as(attesttypes.ErrWindowOver, "%d", task)
		case c.rounds[task].SeatOf(c.addr) >= 0:
			return as(attesttypes.ErrOwnTask, "%d", task)
		case c.referee.challenge[key] > 0:
			out = &attesttypes.MsgOpenDisputeResponse{DisputeId: c.referee.challenge[key]}
			return nil
		case seat.Lien > c.referee.free:
			c.t.Errorf("challenged %s with a stake of %d, free %d", key, seat.Lien, c.referee.free)
		}
		c.referee.free -= seat.Lien
		id := c.openDispute(task, solver, c.addr, c.settledRival)
		c.referee.challenge[key] = id
		d := c.referee.disputes[id]
		d.Origin, d.Stake = attesttypes.DISPUTE_ORIGIN_CHALLENGE, seat.Lien
		out = &attesttypes.MsgOpenDisputeResponse{DisputeId: id, End: d.End}
		return nil
	})
	return out, client.Tx{}, err
}

// revealed puts a task with a closed round into the state, in which providers revealed answers.
func (c *fakeChain) revealed(id uint64, claim step.Claim, answers map[string]step.Claim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	task := computetypes.Task{
		Id: id, Input: claim.Prompt, Status: computetypes.TASK_STATUS_MATCHED,
		Terms: computetypes.TaskTerms{
			ModelId: c.modelID[:], MaxOutputTokens: claim.MaxOutput,
			Sampling: computetypes.Sampling{TemperatureMilli: claim.Temperature, TopK: claim.TopK},
		},
		Snapshot: computetypes.Snapshot{Refereed: true, ChallengeWindow: 1_000},
	}
	if claim.Temperature > 0 {
		task.Snapshot.SampleSeed = claim.Seed[:]
	}
	digest := result.InputDigest(c.modelID[:], task.Input, claim.MaxOutput, claim.Temperature, claim.TopK, task.Snapshot.SampleSeed)
	r := &attesttypes.Round{
		TaskId: id, Phase: attesttypes.ROUND_PHASE_CLOSED, ModelId: c.modelID[:], InputDigest: digest[:],
		MaxOutputTokens: claim.MaxOutput, Vocab: c.header.Vocab, Refereed: true,
	}
	for _, who := range slices.Sorted(maps.Keys(answers)) {
		a := answers[who]
		root := result.Root(c.modelID[:], digest[:], a.Output, a.Stop)
		at := slices.IndexFunc(r.Results, func(o attesttypes.Result) bool { return slices.Equal(o.Root, root[:]) })
		if at < 0 {
			at = len(r.Results)
			r.Results = append(r.Results, attesttypes.Result{Root: root[:], Output: a.Output, Stop: a.Stop})
		}
		r.Seats = append(r.Seats, attesttypes.Seat{Provider: who, Result: uint32(at) + 1, Lien: 100})
	}
	c.tasks[id], c.rounds[id] = task, r
}

// settle closes a revealed task with its first result.
func (c *fakeChain) settle(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tasks[id]
	t.Status, t.ResultRoot, t.CloseHeight, t.NextHeight = computetypes.TASK_STATUS_SETTLED, c.rounds[id].Results[0].Root, c.height, c.height+5_000
	c.tasks[id] = t
}

// ended tells how a dispute ended; unspecified while it has not.
func (c *fakeChain) ended(id uint64) attesttypes.DisputeEnd {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.referee.disputes[id]; d.Phase == attesttypes.DISPUTE_PHASE_RESOLVED {
		return d.End
	}
	return attesttypes.DISPUTE_END_UNSPECIFIED
}
