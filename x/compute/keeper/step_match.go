package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// matchDue draws the seats of the tasks whose draw is due, those of later rounds first, up to params.match_budget of
// them; the others are due again in the next block, with its beacon. A draw that finds too few seats is tried again later; after
// the last try the task is refunded, or given back to its round.
func (k *Keeper) matchDue(ctx sdk.Context, params types.Params) error {
	due, err := k.agenda.Due(ctx, types.GroupReseated, height(ctx), int(params.MatchBudget))
	if err != nil {
		return err
	}
	first, err := k.agenda.Due(ctx, types.GroupWaiting, height(ctx), int(params.MatchBudget)-len(due))
	if err != nil {
		return err
	}
	if due = append(due, first...); len(due) == 0 {
		return nil
	}
	d, err := k.newDraws(ctx, params)
	if err != nil {
		return err
	}
	blockwork.Run(ctx, due, func(c sdk.Context, e agendaKey) error { return k.drawTask(c, d, e) }, k.park(stepMatch))
	return k.addSeatings(ctx, &d.seated)
}

// drawTask draws the seats of one task and seats them all, or nobody.
func (k *Keeper) drawTask(ctx context.Context, d *draws, due agendaKey) error {
	t, err := k.task(ctx, due.ID)
	if err != nil {
		return err
	}
	if at, ok := agendaOf(t); !ok || at != due {
		return errorsmod.Wrapf(types.ErrInvariant, "task %d is %s for height %d and was due for a draw at %d",
			t.Id, statusOf(t), t.NextHeight, due.Height)
	}
	seats, _ := quorum.Need(quorum.Role(t.Role), t.Terms.Seats)
	if d.height > t.ExpireHeight {
		return k.seatsNotFound(ctx, d, t) // the budget was too small to try in time
	}
	if d.beacon == nil && d.height < t.ExpireHeight {
		return nil // still due in the next block, which should have a beacon
	}
	drawn, err := k.drawSeats(ctx, d, t, seats)
	if err != nil {
		return err
	}
	if len(drawn) == 0 || uint32(len(drawn)) < seats {
		return k.seatsNotFound(ctx, d, t)
	}
	return k.seat(ctx, d, t, drawn)
}

// seatsNotFound puts the next try on the agenda. After the last one it gives the escrow back if nobody was
// ever seated, and else lets the round's keeper close the task.
func (k *Keeper) seatsNotFound(ctx context.Context, d *draws, t types.Task) error {
	next := t
	next.Attempts++
	next.NextHeight = task.NextDraw(d.height, next.Attempts, t.ExpireHeight)
	if next.NextHeight != 0 {
		return k.save(ctx, t, next)
	}
	if statusOf(t) == task.Open {
		return k.refund(sdk.UnwrapSDKContext(ctx), t, types.REASON_TASK_UNMATCHED)
	}
	if k.hooks == nil {
		return errorsmod.Wrap(types.ErrNotWired, "hooks")
	}
	defer d.forgetTrees() // the listener may slash, which changes bonds
	if err := k.hooks.AfterSeatsNotFound(ctx, t); err != nil {
		return err
	}
	after, err := k.task(ctx, t.Id)
	if err != nil {
		return err
	}
	if !statusOf(after).Closed() {
		return errorsmod.Wrapf(types.ErrWrongStatus, "expected the listener to close task %d, it is %s", t.Id, statusOf(after))
	}
	return nil
}

// seat reserves bond and slot of each drawn seat and begins the round.
func (k *Keeper) seat(ctx context.Context, d *draws, t types.Task, drawn []drawnSeat) error {
	if k.hooks == nil {
		return errorsmod.Wrap(types.ErrNotWired, "hooks")
	}
	next, err := k.snapshot(ctx, d, t)
	if err != nil {
		return err
	}
	next.Status, next.NextHeight, next.Attempts = types.TASK_STATUS_MATCHED, 0, 0
	seats := make([]types.MatchedSeat, len(drawn))
	names := make([]string, len(drawn))
	for i, s := range drawn {
		if err := k.takeSeat(ctx, s, next.Snapshot.SeatLien); err != nil {
			return err
		}
		names[i] = s.offer.Provider
		seats[i] = types.MatchedSeat{
			Provider: s.offer.Provider, Lien: next.Snapshot.SeatLien,
			PriceInput: s.offer.PriceInput, PriceOutput: s.offer.PriceOutput,
		}
	}
	if err := k.save(ctx, t, next); err != nil {
		return err
	}
	m, err := d.model(ctx, t.Terms.ModelId)
	if err != nil {
		return err
	}
	matched := types.EventTaskMatched{TaskId: t.Id, Round: t.Round, Role: t.Role, Providers: names}
	if err := event.Emit(sdk.UnwrapSDKContext(ctx), &matched); err != nil {
		return err
	}
	if err := k.hooks.AfterMatched(ctx, types.Matched{Task: next, Seats: seats, Vocab: m.Vocab}); err != nil {
		return err
	}
	for _, s := range drawn { // last: nothing can fail any more
		d.seated.note(s.key.K1(), d.height, t.Id)
	}
	return nil
}

// takeSeat reserves what one seat needs of its provider.
func (k *Keeper) takeSeat(ctx context.Context, s drawnSeat, lien uint64) error {
	if err := k.bonds.PlaceLien(ctx, s.offer.Provider, lien); err != nil {
		return err
	}
	s.offer.UsedSlots++
	return k.offers.Set(ctx, s.key, s.offer)
}

// snapshot gives a task its terms at the first match; later rounds keep them.
func (k *Keeper) snapshot(ctx context.Context, d *draws, t types.Task) (types.Task, error) {
	if t.Role != types.SEAT_ROLE_PRIMARY {
		return t, nil
	}
	m, err := d.model(ctx, t.Terms.ModelId)
	if err != nil {
		return t, err
	}
	_, lien := d.bounds(t, m)
	t.Snapshot = types.Snapshot{
		CommitWindow: d.params.CommitWindow, RevealWindow: d.params.RevealWindow, ChallengeWindow: d.params.ChallengeWindow,
		TakeBps: d.money.TakeBps, TakeBurnBps: d.money.TakeBurnBps,
		SlashBurnBps: d.money.SlashBurnBps, SoftFaultBps: d.money.SoftFaultBps, EmissionBps: d.money.EmissionBps,
		ModelFeeBps: m.FeeBps, ModelSplits: m.Splits, SeatLien: lien,
		Refereed: m.IsRefereed(), AuditBps: d.params.AuditBpsOf(m),
	}
	if t.Terms.Sampling.TemperatureMilli > 0 {
		seed := result.SampleSeed(d.chainID, d.beacon, t.Id)
		t.Snapshot.SampleSeed = seed[:]
	}
	return t, nil
}

// drawSeats draws seats offers in order; fewer if the draw found too few.
func (k *Keeper) drawSeats(ctx context.Context, d *draws, t types.Task, seats uint32) ([]drawnSeat, error) {
	count, err := d.count(ctx, t.Terms.ModelId)
	if err != nil || d.beacon == nil || count < uint64(seats) {
		return nil, err
	}
	m, err := d.model(ctx, t.Terms.ModelId)
	if err != nil {
		return nil, err
	}
	need := match.Need{Seats: seats, MaxDraws: d.params.MaxDraws, Own: []string{t.Requester, t.Payer}}
	need.Ceiling, need.SeatLien = d.bounds(t, m)
	if t.Round > 0 {
		if k.rounds == nil {
			return nil, errorsmod.Wrap(types.ErrNotWired, "rounds")
		}
		if need.Seated, err = k.rounds.SeatedBefore(ctx, t.Id); err != nil {
			return nil, err
		}
	}
	p := newPool(ctx, d, t, count)
	stream := match.NewStream(match.Seed(d.chainID, d.beacon, t.Id, t.Round))
	chosen, err := match.Select(stream, p, need)
	if err != nil {
		return nil, err
	}
	out := make([]drawnSeat, len(chosen))
	for i, c := range chosen {
		out[i] = p.seen[c.Provider]
	}
	return out, nil
}
