package keeper

import (
	"cmp"
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// seal keeps, in one record for the whole message, which rounds have got their last commitment with it and may be
// audited. It lives until the next block, and is written once: a round is complete once, so the first of a message is in no
// other, and a provider's many messages in a block cost each the same.
func (k *Keeper) seal(ctx sdk.Context, from sender, changes []change) error {
	var ids []uint64
	for i := range changes {
		if changes[i].round.MayBeAudited() {
			ids = append(ids, changes[i].round.TaskId)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return k.storeSealed(ctx, types.Sealed{Height: from.height, Provider: from.name, TaskIds: ids})
}

// storeSealed stores a record, which must have tasks.
func (k *Keeper) storeSealed(ctx context.Context, s types.Sealed) error {
	return k.sealed.Set(ctx, collections.Join3(s.Height, s.Provider, s.TaskIds[0]), s)
}

// lot is a round that gets a blind seat if one is found.
type lot struct {
	taskID uint64
	round  uint32
}

// stepAudit draws, with the beacon of this block, which of the rounds that got their last commitment in the block
// before get one more, blind seat. Nothing of them is revealed yet, and their seats committed before they could know.
// It reads one record per such round and writes only those that are drawn, at most audit_budget of them, in an order that
// the beacon gives; what is drawn beyond it goes on without, and so does what fails.
func (k *Keeper) stepAudit(ctx sdk.Context) error {
	sealed, err := k.takeSealed(ctx)
	if err != nil || len(sealed) == 0 {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	beacon, err := k.beacon.At(ctx, heightOf(ctx))
	if err != nil {
		return errorsmod.Wrapf(err, "%d records of sealed rounds go on without audits", len(sealed))
	}
	drawn := k.drawLots(ctx, sealed, beacon)
	if len(drawn) > int(params.AuditBudget) {
		drawn = inLine(ctx.ChainID(), beacon, drawn)
	}
	skip := func(ctx sdk.Context, l lot, cause error) error {
		if cause != nil {
			ctx.Logger().Error("an audit seat could not be drawn", "task", l.taskID, "round", l.round, "err", cause)
		}
		return event.Emit(ctx, &types.EventAuditSkipped{TaskId: l.taskID, Round: l.round})
	}
	var taken []computetypes.TakenSeat
	blockwork.Run(ctx, drawn[:min(len(drawn), int(params.AuditBudget))], func(ctx sdk.Context, l lot) error {
		seat, isSeated, err := k.seatAudit(ctx, l, beacon)
		if err == nil && !isSeated {
			return skip(ctx, l, nil)
		}
		if err == nil { // last: nothing can fail any more
			taken = append(taken, seat)
		}
		return err
	}, skip)
	if err := k.tasks.NoteSeats(ctx, taken); err != nil {
		return err
	}
	for _, l := range drawn[min(len(drawn), int(params.AuditBudget)):] {
		if err := skip(ctx, l, nil); err != nil {
			return err
		}
	}
	return nil
}

// inLine returns the drawn rounds by their rank. Each rank is hashed once: a sort of n compares n log n times.
func inLine(chainID string, beacon []byte, drawn []lot) []lot {
	type place struct {
		lot
		rank uint64
	}
	line := make([]place, len(drawn))
	for i, l := range drawn {
		line[i] = place{l, audit.Rank(chainID, beacon, l.taskID, l.round)}
	}
	slices.SortStableFunc(line, func(a, b place) int { return cmp.Compare(a.rank, b.rank) })
	sorted := make([]lot, len(line))
	for i := range line {
		sorted[i] = line[i].lot
	}
	return sorted
}

// takeSealed removes the records of earlier blocks and returns them, by height, provider and first task.
func (k *Keeper) takeSealed(ctx context.Context) ([]types.Sealed, error) {
	now := heightOf(sdk.UnwrapSDKContext(ctx))
	it, err := k.sealed.Iterate(ctx, new(collections.Range[sealedKey]).EndExclusive(collections.Join3(now, "", uint64(0))))
	if err != nil {
		return nil, err
	}
	found, err := it.KeyValues()
	if err != nil {
		return nil, err
	}
	records := make([]types.Sealed, len(found))
	for i := range found {
		records[i] = found[i].Value
		if err := k.sealed.Remove(ctx, found[i].Key); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// drawLots returns the rounds that are drawn, in the order of their records. A round that cannot be read is left out.
func (k *Keeper) drawLots(ctx sdk.Context, sealed []types.Sealed, beacon []byte) (drawn []lot) {
	boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
	for i := range sealed {
		for _, id := range sealed[i].TaskIds {
			r, err := k.unclosed(boxed, id)
			if err != nil {
				ctx.Logger().Error("a sealed round cannot be read", "task", id, "err", err)
				continue
			}
			if r.MayBeAudited() && audit.IsDrawn(ctx.ChainID(), beacon, id, r.Round, r.AuditBps) {
				drawn = append(drawn, lot{id, r.Round})
			}
		}
	}
	return drawn
}

// seatAudit gives a round its blind seat: it takes commits again, from that seat alone, until it has committed or its
// window is over. isSeated is false, and nothing has changed, if no provider can take the seat.
func (k *Keeper) seatAudit(ctx sdk.Context, l lot, beacon []byte) (taken computetypes.TakenSeat, isSeated bool, err error) {
	r, err := k.round(ctx, l.taskID, l.round)
	if err != nil {
		return taken, false, err
	}
	task, err := k.tasks.Task(ctx, l.taskID)
	if err != nil {
		return taken, false, err
	}
	seat, isFound, err := k.tasks.SeatAudit(ctx, l.taskID, audit.Seed(ctx.ChainID(), beacon, l.taskID, l.round))
	if err != nil || !isFound {
		return taken, false, err
	}
	before := dueAt(r)
	r.Seats = append(r.Seats, types.Seat{
		Provider: seat.Provider, PriceInput: seat.PriceInput, PriceOutput: seat.PriceOutput, Lien: seat.Lien,
	})
	r.Audits, r.AuditHeight = quorum.MaxAudits, heightOf(ctx)
	r.Phase = types.ROUND_PHASE_COMMIT
	r.Deadline = heightOf(ctx) + task.Snapshot.CommitWindow
	if err := k.moveRound(ctx, r, before); err != nil {
		return taken, false, err
	}
	taken = computetypes.TakenSeat{Provider: seat.Provider, TaskID: r.TaskId}
	return taken, true, event.Emit(ctx, &types.EventAuditSeated{TaskId: r.TaskId, Round: r.Round, Provider: seat.Provider})
}
