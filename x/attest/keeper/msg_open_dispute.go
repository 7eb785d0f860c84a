package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// OpenDispute challenges one seat that stands for a settled result, until the end of the task's challenge window. The
// challenger stakes as much of its bond as the seat's lien; the seat's lien, which was to free itself at the end of the
// window, is held until the case ends. A result that no run can have is overthrown at once.
func (m msgServer) OpenDispute(goCtx context.Context, msg *types.MsgOpenDispute) (*types.MsgOpenDisputeResponse, error) {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	from, err := m.senderOf(ctx, msg.Challenger)
	if err != nil {
		return nil, err
	}
	ch, err := m.challenge(ctx, from, msg)
	if err != nil {
		return nil, errorsmod.Wrapf(err, "task %d", msg.TaskId)
	}
	ctx.GasMeter().ConsumeGas(moveGas(gasUse{Keys: types.KeysOpened, Tokens: tokensOf(&ch.task, &ch.round)})+types.GasEnd, "open a dispute")
	d, err := m.openChallenge(ctx, ch)
	if err != nil {
		return nil, errorsmod.Wrapf(err, "task %d", msg.TaskId)
	}
	return &types.MsgOpenDisputeResponse{DisputeId: d.Id, End: d.End}, nil
}

// challenge is a challenge of a settled result that may be made.
type challenge struct {
	challenger string
	task       computetypes.Task
	round      types.Round
	seat       int
}

func (c *challenge) result() int { return int(c.round.Seats[c.seat].Result) - 1 }

// until is the last block of the challenge window.
func (c *challenge) until() uint64 {
	return dispute.Deadline(c.task.CloseHeight, c.task.Snapshot.ChallengeWindow)
}

// challenge checks a challenge up to the stake, cheapest first. It returns x/compute's error for an unknown or pruned
// task, ErrNotSettled, ErrNotRefereed, ErrWindowOver, ErrOwnTask, ErrNotStanding or ErrAlreadyChallenged.
func (k *Keeper) challenge(ctx context.Context, from sender, msg *types.MsgOpenDispute) (*challenge, error) {
	// Addresses have several spellings; the challenger is compared with seats by theirs.
	challenger, err := k.addr.BytesToString(from.address)
	if err != nil {
		return nil, errorsmod.Wrap(types.ErrInvalidAddress, err.Error())
	}
	ch := &challenge{challenger: challenger}
	if ch.task, err = k.tasks.Task(ctx, msg.TaskId); err != nil {
		return nil, err
	}
	switch {
	case ch.task.Status != computetypes.TASK_STATUS_SETTLED:
		return nil, errorsmod.Wrapf(types.ErrNotSettled, "expected SETTLED, got %s", ch.task.Status)
	case !ch.task.Snapshot.Refereed:
		return nil, types.ErrNotRefereed
	case from.height > ch.until():
		return nil, errorsmod.Wrapf(types.ErrWindowOver, "until height %d, got %d", ch.until(), from.height)
	}
	rounds, err := k.roundsUpTo(ctx, msg.TaskId, ch.task.Round)
	if err != nil {
		return nil, err
	}
	if err := ch.findSeat(rounds, msg.Solver); err != nil {
		return nil, err
	}
	isTwice, err := k.challenges.Has(ctx, collections.Join3(msg.TaskId, msg.Solver, challenger))
	if err != nil {
		return nil, err
	}
	if isTwice {
		return nil, errorsmod.Wrapf(types.ErrAlreadyChallenged, "%s by %s", msg.Solver, challenger)
	}
	return ch, nil
}

// findSeat finds the seat that stands for the settled result, and refuses a challenger that had one on the task.
func (c *challenge) findSeat(rounds []types.Round, solver string) error {
	c.seat = -1
	for i := range rounds {
		r := &rounds[i]
		if r.SeatOf(c.challenger) >= 0 {
			return errorsmod.Wrapf(types.ErrOwnTask, "%s in round %d", c.challenger, r.Round)
		}
		seat := r.SeatOf(solver)
		if seat < 0 {
			continue
		}
		if s := &r.Seats[seat]; s.Outcome == computetypes.REASON_SEAT_RIGHT && s.Stands() {
			c.round, c.seat = *r, seat
		}
	}
	if c.seat < 0 {
		return errorsmod.Wrap(types.ErrNotStanding, solver)
	}
	return nil
}

// openChallenge reserves what is at stake on both sides and opens the dispute.
func (k *Keeper) openChallenge(ctx context.Context, ch *challenge) (types.Dispute, error) {
	s := &ch.round.Seats[ch.seat]
	if err := k.stakes.PlaceLien(ctx, ch.challenger, s.Lien); err != nil {
		return types.Dispute{}, err
	}
	h, err := k.header(ctx, ch.round.ModelId)
	if err != nil {
		return types.Dispute{}, err
	}
	shape, isPossible, err := shapeOf(h, claimOf(&ch.task, &ch.round, ch.result()))
	if err != nil {
		return types.Dispute{}, err
	}
	if err := k.holdSeat(ctx, ch); err != nil {
		return types.Dispute{}, err
	}
	o := opening{
		taskID: ch.task.Id, round: ch.round.Round, origin: types.DISPUTE_ORIGIN_CHALLENGE,
		solver: s.Provider, challenger: ch.challenger, stake: s.Lien, top: topOf(shape, isPossible),
		commitWindow: ch.task.Snapshot.CommitWindow,
	}
	d, err := k.openDispute(ctx, o)
	if err != nil || isPossible {
		return d, err
	}
	if err := k.resolve(ctx, d, types.DISPUTE_END_IMPOSSIBLE); err != nil {
		return types.Dispute{}, err
	}
	return k.dispute(ctx, d.Id)
}

// topOf is where the descent begins; an impossible result has no trace.
func topOf(shape step.Shape, isPossible bool) types.Place {
	if !isPossible {
		return types.Place{}
	}
	return types.PlaceOf(shape.Top())
}

// holdSeat holds the lien of a seat at its first challenge, and opens the task's case at the first of all.
func (k *Keeper) holdSeat(ctx context.Context, ch *challenge) error {
	s := &ch.round.Seats[ch.seat]
	if !s.Challenged {
		if err := k.stakes.HoldLien(ctx, ch.task.Id, s.Provider, ch.until(), s.Lien); err != nil {
			return err
		}
		s.Challenged, ch.round.Disputed = true, true
		if err := k.storeRound(ctx, ch.round); err != nil {
			return err
		}
	}
	isOpen, err := k.cases.Has(ctx, ch.task.Id)
	if err != nil || isOpen {
		return err
	}
	return k.openCase(ctx, types.Case{
		TaskId: ch.task.Id, Round: ch.task.Round, Origin: types.DISPUTE_ORIGIN_CHALLENGE, Until: ch.until(),
	})
}
