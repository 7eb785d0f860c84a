package keeper

import (
	"context"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// RevealResult opens the commitments of a provider's seats. When the last committed seat of a round has revealed, the
// round is due in the same block. One bad item refuses the whole message and is named in the error.
func (m msgServer) RevealResult(goCtx context.Context, msg *types.MsgRevealResult) (*types.MsgRevealResultResponse, error) {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	from, err := m.senderOf(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	params, err := m.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(len(msg.Reveals), params.MaxBatch); err != nil {
		return nil, err
	}
	ctx.GasMeter().ConsumeGas(messageGas(len(msg.Reveals), outputTokens(msg.Reveals)), "reveal results")

	changes := make([]change, 0, len(msg.Reveals))
	seen := make(taskSet, len(msg.Reveals))
	revealed := types.EventResultsRevealed{Provider: from.name, TaskIds: make([]uint64, 0, len(msg.Reveals))}
	read := types.ReadRoundsIn(ctx).Take(msg)
	boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
	for i := range msg.Reveals {
		rev := &msg.Reveals[i]
		if err := seen.add(rev.TaskId); err != nil {
			return nil, atItem(err, rev.TaskId, rev.Round)
		}
		ch, err := m.reveal(boxed, from, rev, at(read, i))
		if err != nil {
			return nil, atItem(err, rev.TaskId, rev.Round)
		}
		changes = append(changes, ch)
		revealed.TaskIds = append(revealed.TaskIds, rev.TaskId)
	}

	if err := m.storeAll(boxed, changes); err != nil {
		return nil, err
	}
	if err := event.Emit(ctx, &revealed); err != nil {
		return nil, err
	}
	return &types.MsgRevealResultResponse{}, nil
}

// reveal checks one item and returns the round with the result in it; nothing is stored. The round may have been read
// before.
func (k *Keeper) reveal(ctx context.Context, from sender, rev *types.Reveal, read *types.Round) (change, error) {
	r, seat, err := k.seatedIn(ctx, read, rev.TaskId, rev.Round, from.name)
	if err != nil {
		return change{}, err
	}
	if err := mayReveal(&r, seat, from.height); err != nil {
		return change{}, err
	}
	ch := change{round: r, before: dueAt(r)}
	index, err := open(&ch.round, seat, rev, from)
	if err != nil {
		return change{}, err
	}
	ch.round.Seats[seat].Result = uint32(index) + 1
	if ch.round.RevealedSeats() == ch.round.CommittedSeats() {
		ch.round.Deadline = from.height
	}
	return ch, nil
}
