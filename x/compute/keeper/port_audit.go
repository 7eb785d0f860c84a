package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// SeatAudit draws one more seat for a task in a round, by the rule of every draw and under the terms of the task's
// snapshot, from those who never sat on it, and reserves its slot and lien. The seed must not have been known when the
// others committed. found is false, and nothing has changed, when no provider can take the seat within max_draws looks.
// The seat is listed for its provider only by NoteSeats, once for all that were taken in a block. It fails with
// ErrWrongStatus for a task in no round, or whose price does not cover an audit.
func (k *Keeper) SeatAudit(ctx context.Context, id uint64, seed [32]byte) (seat types.MatchedSeat, found bool, err error) {
	t, err := k.task(ctx, id)
	if err != nil {
		return seat, false, err
	}
	if statusOf(t) != task.Matched || t.Snapshot.AuditBps == 0 {
		return seat, false, errorsmod.Wrapf(types.ErrWrongStatus, "expected task %d in a round with a chance of an audit, it is %s with %d bps",
			id, statusOf(t), t.Snapshot.AuditBps)
	}
	drawn, found, err := k.drawAudit(ctx, t, seed)
	if err != nil || !found {
		return seat, false, err
	}
	if err := k.takeSeat(ctx, drawn, t.Snapshot.SeatLien); err != nil {
		return seat, false, err
	}
	seat = types.MatchedSeat{
		Provider: drawn.offer.Provider, Lien: t.Snapshot.SeatLien,
		PriceInput: drawn.offer.PriceInput, PriceOutput: drawn.offer.PriceOutput,
	}
	return seat, true, event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskMatched{
		TaskId: id, Round: t.Round, Role: types.SEAT_ROLE_AUDIT, Providers: []string{seat.Provider},
	})
}

// NoteSeats lists the seats that SeatAudit gave in this block for their providers. It is called once a block, after the
// last of them: the list of a provider and a block is one record, which costs as much to write as it is long. It fails with
// ErrBadAddress, and nothing has changed, if a provider's address does not decode.
func (k *Keeper) NoteSeats(ctx context.Context, seats []types.TakenSeat) error {
	h := height(sdk.UnwrapSDKContext(ctx))
	var book seatingBook
	for _, s := range seats {
		provider, _, err := k.account(s.Provider)
		if err != nil {
			return err
		}
		book.note(provider, h, s.TaskID)
	}
	return k.addSeatings(ctx, &book)
}

// drawAudit draws the offer of an audit seat. It reads only.
func (k *Keeper) drawAudit(ctx context.Context, t types.Task, seed [32]byte) (drawn drawnSeat, found bool, err error) {
	if k.rounds == nil {
		return drawn, false, errorsmod.Wrap(types.ErrNotWired, "rounds")
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return drawn, false, err
	}
	count, err := orZero(k.offerCounts.Get(ctx, t.Terms.ModelId))
	if err != nil || count == 0 {
		return drawn, false, err
	}
	need := match.Need{
		Seats: 1, MaxDraws: params.MaxDraws, SeatLien: t.Snapshot.SeatLien,
		Ceiling: ceiling(t, t.Snapshot.AuditBps), Own: []string{t.Requester, t.Payer},
	}
	if need.Seated, err = k.rounds.SeatedBefore(ctx, t.Id); err != nil {
		return drawn, false, err
	}
	d := &draws{k: k}
	d.forgetTrees()
	p := newPool(ctx, d, t, count)
	chosen, err := match.Select(match.NewStream(seed), p, need)
	if err != nil || len(chosen) == 0 {
		return drawn, false, err
	}
	return p.seen[chosen[0].Provider], true, nil
}
