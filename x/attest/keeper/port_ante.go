package keeper

import (
	"context"
	"encoding/binary"
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// seatItem is what commits and reveals have in common for the fee check.
type seatItem struct {
	taskID   uint64
	round    uint32
	isReveal bool
	// check refuses an item that would fail: phase, deadline, duplicates, lengths and, where deep, the opening.
	check func(r *types.Round, seat int, deep bool) error
}

// FreeSeatMessage returns nil if msg may pass without a fee: a commit or reveal whose every item is for a seat of its
// provider that has not used that message yet, in the right round and phase and in time; or the move of a dispute that
// is due, from the side that has to make it (freeMove). Otherwise it returns the typed error of the first item that is
// not. Opening a dispute is never free.
//
// It does not check the signature; whoever calls it must, before anything it allows is kept. It costs no gas. It
// checks the number of items first, without reading anything (MaxBatchLimit), and then reads one round per item and
// stops at the first failure, so a stranger's message costs one read however long it is. What it has read it keeps for
// the message itself, if the context has a place for it (types.WithReadRounds).
//
// In CheckTx it also refuses an item whose seat has the same message in the node's mempool (ErrSeatMessagePending), a
// reveal that would be public before the lot of its round's blind seat is drawn (ErrRevealTooSoon),
// and on the first CheckTx a reveal that does not open its commitment, so that no free message enters the mempool
// that could not be executed. In a block the message itself checks the opening.
func (k *Keeper) FreeSeatMessage(goCtx context.Context, msg sdk.Msg) error {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	if types.IsMove(msg) {
		return k.freeMove(ctx, msg)
	}
	provider, items, err := k.seatItems(ctx, msg)
	if err != nil {
		return err
	}
	isDeep := ctx.IsCheckTx() && !ctx.IsReCheckTx()
	seen := make(taskSet, len(items))
	read := types.ReadRoundsIn(ctx)
	var rounds []types.Round
	boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
	for i := range items {
		item := &items[i]
		if err := seen.add(item.taskID); err != nil {
			return atItem(err, item.taskID, item.round)
		}
		r, seat, err := k.seated(boxed, item.taskID, item.round, provider)
		if err == nil && ctx.IsCheckTx() {
			err = k.mayEnter(ctx, markOf(msg, provider, item), item, &r)
		}
		if err == nil {
			err = item.check(&r, seat, isDeep)
		}
		if err != nil {
			return atItem(err, item.taskID, item.round)
		}
		if read != nil {
			rounds = append(rounds, r)
		}
		if i > 0 {
			continue
		}
		// The parameter is read only for the holder of a seat; it can only be lower than MaxBatchLimit.
		params, err := k.params.Get(ctx)
		if err != nil {
			return err
		}
		if err := checkBatch(len(items), params.MaxBatch); err != nil {
			return err
		}
		if read != nil {
			rounds = slices.Grow(rounds, len(items)-1)
		}
	}
	read.Keep(msg, rounds)
	return nil
}

// mayEnter tells whether an item of a message may enter the mempool. It returns ErrSeatMessagePending, or
// ErrRevealTooSoon while the lot of the round's blind seat is not drawn: a mempool is public.
func (k *Keeper) mayEnter(ctx sdk.Context, mark []byte, item *seatItem, r *types.Round) error {
	if item.isReveal && r.IsLotPending(heightOf(ctx)) {
		return errorsmod.Wrapf(types.ErrRevealTooSoon, "block %d draws whether the round is audited", heightOf(ctx)+1)
	}
	return k.notPending(ctx, mark)
}

// MarkSeatMessage remembers that each item of a message which FreeSeatMessage has just allowed waits in this node's
// mempool, so that a provider cannot fill it with many free messages for one seat. It does nothing outside CheckTx.
// It returns ErrSeatMessagePending for an item that is marked already, as when two messages of one transaction name
// the same seat. Of a move it first checks the contents: see markMove.
//
// The marks are written to the module's store in check state only. BaseApp branches check state from the committed
// state after every block, never writes it back, and drops it at the next commit: no mark reaches a block, an app
// hash or an export (Invariants proves it). So a mark lives until the next block; ReCheckTx, which CometBFT runs over
// the remaining mempool before it lets new transactions in, must therefore mark again. When any later part of the ante
// handler refuses the transaction, its marks are dropped with the rest of its branch, so a forged signature marks
// nothing.
func (k *Keeper) MarkSeatMessage(goCtx context.Context, msg sdk.Msg) error {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	if !ctx.IsCheckTx() {
		return nil
	}
	if types.IsMove(msg) {
		return k.markMove(ctx, msg)
	}
	provider, items, err := k.seatItems(ctx, msg)
	if err != nil {
		return err
	}
	for i := range items {
		mark := markOf(msg, provider, &items[i])
		if err := k.notPending(ctx, mark); err != nil {
			return atItem(err, items[i].taskID, items[i].round)
		}
		if err := k.pending.Set(ctx, mark); err != nil {
			return err
		}
	}
	return nil
}

// seatItems lists the items of a seat message after checking their number. It returns ErrNotSeatMessage,
// ErrEmptyBatch, ErrBatchTooLarge or ErrInvalidAddress, and reads no state.
func (k *Keeper) seatItems(ctx sdk.Context, msg sdk.Msg) (provider string, items []seatItem, err error) {
	switch m := msg.(type) {
	case *types.MsgCommitResult:
		if err := checkBatch(len(m.Commits), types.MaxBatchLimit); err != nil {
			return "", nil, err
		}
		items = make([]seatItem, len(m.Commits))
		for i := range m.Commits {
			items[i] = commitItem(&m.Commits[i], earliest(ctx))
		}
		return m.Provider, items, nil
	case *types.MsgRevealResult:
		if err := checkBatch(len(m.Reveals), types.MaxBatchLimit); err != nil {
			return "", nil, err
		}
		from, err := k.senderOf(ctx, m.Provider)
		if err != nil {
			return "", nil, err
		}
		from.height = earliest(ctx)
		items = make([]seatItem, len(m.Reveals))
		for i := range m.Reveals {
			items[i] = revealItem(&m.Reveals[i], from)
		}
		return m.Provider, items, nil
	}
	return "", nil, errorsmod.Wrapf(types.ErrNotSeatMessage, "%T", msg)
}

// earliest is the first block that can hold the message: the next one in CheckTx, whose state is that of the last
// committed block, and the present one otherwise.
func earliest(ctx sdk.Context) uint64 {
	if ctx.IsCheckTx() {
		return heightOf(ctx) + 1
	}
	return heightOf(ctx)
}

func commitItem(c *types.Commit, height uint64) seatItem {
	return seatItem{taskID: c.TaskId, round: c.Round, check: func(r *types.Round, seat int, _ bool) error {
		if err := mayCommit(r, seat, height); err != nil {
			return err
		}
		return checkCommitment(*c)
	}}
}

func revealItem(rev *types.Reveal, from sender) seatItem {
	return seatItem{taskID: rev.TaskId, round: rev.Round, isReveal: true, check: func(r *types.Round, seat int, deep bool) error {
		if err := mayReveal(r, seat, from.height); err != nil || !deep {
			return err
		}
		_, err := open(r, seat, rev, from)
		return err
	}}
}

// Kinds of seat messages in a mark.
const (
	markCommit byte = 1
	markReveal byte = 2
	markMove   byte = 3
)

// markOf is the key of an item's mark.
func markOf(msg sdk.Msg, provider string, item *seatItem) []byte {
	kind := markCommit
	if _, isReveal := msg.(*types.MsgRevealResult); isReveal {
		kind = markReveal
	}
	b := append(make([]byte, 0, 13+len(provider)), kind)
	b = binary.BigEndian.AppendUint64(b, item.taskID)
	b = binary.BigEndian.AppendUint32(b, item.round)
	return append(b, provider...)
}

// notPending returns ErrSeatMessagePending if the mark is there.
func (k *Keeper) notPending(ctx context.Context, mark []byte) error {
	isPending, err := k.pending.Has(ctx, mark)
	if err != nil {
		return err
	}
	if isPending {
		return types.ErrSeatMessagePending
	}
	return nil
}
