package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// disputesPerVerdict is how many disputes a verdict of the budget may open: as many as one liar among three seats leads
// to. A split of seven different results opens 42, which take a hundred times as long as a verdict.
const disputesPerVerdict = 4

// stepVerdict moves on the rounds whose deadline has come, soonest first, at most verdict_budget of them, and none after
// as many disputes were opened as that many verdicts may; the rest wait for the next block, where they come first. A
// round in its commit phase opens its reveals or stalls; a round in its reveal phase gets its verdict.
func (k *Keeper) stepVerdict(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := k.deadlines.Due(ctx, 0, heightOf(ctx), int(params.VerdictBudget))
	if err != nil {
		return err
	}
	first, err := k.nextDispute.Peek(ctx)
	if err != nil {
		return err
	}
	opened, last := types.EventRevealsOpened{}, first+disputesPerVerdict*uint64(params.VerdictBudget)
	blockwork.Run(ctx, due, func(ctx sdk.Context, key dueKey) error {
		boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
		if next, err := k.nextDispute.Peek(boxed); err != nil || next >= last {
			return err // it stays due
		}
		isOpened, err := k.moveOn(boxed, key)
		if err == nil && isOpened {
			opened.TaskIds = append(opened.TaskIds, key.ID)
		}
		return err
	}, k.park)
	return emitOpened(ctx, opened)
}

// moveOn takes one due round out of its phase. isOpened says that it now accepts reveals.
func (k *Keeper) moveOn(ctx context.Context, key dueKey) (isOpened bool, err error) {
	r, err := k.unclosed(ctx, key.ID)
	if err != nil {
		return false, errorsmod.Wrapf(err, "open round of task %d", key.ID)
	}
	if r.Phase == types.ROUND_PHASE_COMMIT && r.CanReveal() {
		openReveals(&r, heightOf(sdk.UnwrapSDKContext(ctx)))
		return true, k.moveRound(ctx, r, key)
	}
	if err := k.deadlines.Remove(ctx, key); err != nil {
		return false, err
	}
	return false, k.closeRound(ctx, r)
}

// closeRound gives the round its verdict and does what follows from it.
func (k *Keeper) closeRound(ctx context.Context, r types.Round) error {
	verdict, winner := quorum.Decide(quorum.Role(r.Role), r.DrawnSeats(), r.Audits, r.RevealedResults())
	r.Phase = types.ROUND_PHASE_CLOSED
	r.Verdict = types.Verdict(verdict)
	ev := types.EventVerdict{TaskId: r.TaskId, Round: r.Round, Verdict: r.Verdict}
	closing := computetypes.Closing{Status: computetypes.TASK_STATUS_REFUNDED}
	if winner != quorum.NoResult {
		ev.ResultRoot = r.Results[winner].Root
		closing = computetypes.Closing{
			Status:       computetypes.TASK_STATUS_SETTLED,
			ResultRoot:   r.Results[winner].Root,
			OutputTokens: uint32(len(r.Results[winner].Output)),
		}
	}
	if err := k.tasks.ReleaseSlots(ctx, r.ModelId, providersOf(r)); err != nil {
		return err
	}
	if err := event.Emit(sdk.UnwrapSDKContext(ctx), &ev); err != nil {
		return err
	}
	step := quorum.Next(quorum.Role(r.Role), verdict, r.Refereed)
	if step == quorum.Referee {
		return k.openSplit(ctx, r)
	}
	if role, isSeating := seating(step); isSeating {
		if err := k.storeRound(ctx, r); err != nil {
			return err
		}
		return k.tasks.RequestSeats(ctx, r.TaskId, role)
	}
	closing.Reason = reasonOf(step, r.Role)
	return k.finishAfter(ctx, r, closing)
}

// seating tells which seats a step asks for, if it asks for any.
func seating(step quorum.Step) (role computetypes.SeatRole, isSeating bool) {
	switch step {
	case quorum.SeatRedraw:
		return computetypes.SEAT_ROLE_REDRAW, true
	case quorum.SeatPanel:
		return computetypes.SEAT_ROLE_PANEL, true
	case quorum.SeatPanelWide:
		return computetypes.SEAT_ROLE_PANEL_WIDE, true
	}
	return computetypes.SEAT_ROLE_UNSPECIFIED, false
}

// reasonOf tells why a task closes when a round of the role leads to the step.
func reasonOf(step quorum.Step, role computetypes.SeatRole) computetypes.Reason {
	switch step {
	case quorum.Settle:
		if role == computetypes.SEAT_ROLE_PANEL || role == computetypes.SEAT_ROLE_PANEL_WIDE {
			return computetypes.REASON_TASK_AGREED_BY_PANEL
		}
		return computetypes.REASON_TASK_AGREED
	case quorum.RefundStalledTwice:
		return computetypes.REASON_TASK_STALLED_TWICE
	}
	return computetypes.REASON_TASK_UNDECIDED
}

// providersOf lists the providers of a round in draw order.
func providersOf(r types.Round) []string {
	providers := make([]string, len(r.Seats))
	for i := range r.Seats {
		providers[i] = r.Seats[i].Provider
	}
	return providers
}

// park puts a round aside that could not be moved on. The round itself stays as it was.
func (k *Keeper) park(ctx sdk.Context, key dueKey, cause error) error {
	if err := k.deadlines.Remove(ctx, key); err != nil {
		return err
	}
	record := parkedRecord{Step: types.ParkedStep, TaskId: key.ID, Height: heightOf(ctx), Error: blockwork.Text(cause)}
	if err := k.parked.Set(ctx, record.TaskId, record); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventRoundParked{TaskId: record.TaskId, Error: cause.Error()})
}
