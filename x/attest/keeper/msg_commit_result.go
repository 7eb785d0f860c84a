package keeper

import (
	"context"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// CommitResult stores the commitments of a provider's seats. When the last seat of a round has committed, its reveals
// open for the blocks after this one, unless the next block draws a blind seat for it (step_audit.go). One bad item
// refuses the whole message and is named in the error.
func (m msgServer) CommitResult(goCtx context.Context, msg *types.MsgCommitResult) (*types.MsgCommitResultResponse, error) {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	from, err := m.senderOf(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	params, err := m.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(len(msg.Commits), params.MaxBatch); err != nil {
		return nil, err
	}
	ctx.GasMeter().ConsumeGas(messageGas(len(msg.Commits), 0), "commit results")

	changes := make([]change, 0, len(msg.Commits))
	seen := make(taskSet, len(msg.Commits))
	committed := types.EventResultsCommitted{Provider: from.name, TaskIds: make([]uint64, 0, len(msg.Commits))}
	opened := types.EventRevealsOpened{}
	read := types.ReadRoundsIn(ctx).Take(msg)
	boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
	for i := range msg.Commits {
		c := &msg.Commits[i]
		if err := seen.add(c.TaskId); err != nil {
			return nil, atItem(err, c.TaskId, c.Round)
		}
		ch, err := m.commit(boxed, from, c, at(read, i))
		if err != nil {
			return nil, atItem(err, c.TaskId, c.Round)
		}
		changes = append(changes, ch)
		committed.TaskIds = append(committed.TaskIds, c.TaskId)
		if ch.round.Phase == types.ROUND_PHASE_REVEAL {
			opened.TaskIds = append(opened.TaskIds, c.TaskId)
		}
	}

	if err := m.storeAll(boxed, changes); err != nil {
		return nil, err
	}
	if err := m.seal(ctx, from, changes); err != nil {
		return nil, err
	}
	if err := event.Emit(ctx, &committed); err != nil {
		return nil, err
	}
	if err := emitOpened(ctx, opened); err != nil {
		return nil, err
	}
	return &types.MsgCommitResultResponse{}, nil
}

// commit checks one item and returns the round with the commitment in it; nothing is stored. The round may have been
// read before.
func (k *Keeper) commit(ctx context.Context, from sender, c *types.Commit, read *types.Round) (change, error) {
	r, seat, err := k.seatedIn(ctx, read, c.TaskId, c.Round, from.name)
	if err != nil {
		return change{}, err
	}
	if err := mayCommit(&r, seat, from.height); err != nil {
		return change{}, err
	}
	if err := checkCommitment(*c); err != nil {
		return change{}, err
	}
	ch := change{round: r, before: dueAt(r)}
	ch.round.Seats[seat].Commitment = c.Commitment
	if int(ch.round.CommittedSeats()) == len(r.Seats) {
		openReveals(&ch.round, from.height)
	}
	return ch, nil
}

// emitOpened tells which rounds accept reveals from now on, if any.
func emitOpened(ctx sdk.Context, opened types.EventRevealsOpened) error {
	if len(opened.TaskIds) == 0 {
		return nil
	}
	return event.Emit(ctx, &opened)
}
