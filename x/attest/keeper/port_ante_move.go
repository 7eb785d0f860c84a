package keeper

import (
	"encoding/binary"
	"errors"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// freeMove returns nil if a move may pass without a fee as far as one record tells: its lengths are possible, the
// dispute is there and in the phase of the move, the number is that of the next move, the sender is the side that has to
// make it, and it comes in time. So the flood of a stranger costs one read, and nothing is hashed for whoever has not
// signed. In CheckTx it also refuses a second move of one dispute (ErrMovePending).
func (k *Keeper) freeMove(ctx sdk.Context, msg sdk.Msg) error {
	m, err := moveOf(msg)
	if err != nil {
		return err
	}
	if _, err := k.dueDispute(ctx, &m, earliest(ctx)); err != nil {
		return err
	}
	if !ctx.IsCheckTx() {
		return nil
	}
	return k.moveNotPending(ctx, m.disputeID)
}

// markMove remembers that a move which freeMove has just allowed waits in this node's mempool: one for each dispute,
// whoever sends it. On the first CheckTx it checks the contents completely before, as the message will, so that no free
// move enters the mempool that the chain would refuse. The signature has been verified by then: whoever makes the node
// hash up to 64 KiB is a party of a dispute whose turn it is, and can do so as often as its account's sequence allows it
// to be wrong, at the cost of one signature check each.
func (k *Keeper) markMove(ctx sdk.Context, msg sdk.Msg) error {
	m, err := moveOf(msg)
	if err != nil {
		return err
	}
	if err := k.moveNotPending(ctx, m.disputeID); err != nil {
		return err
	}
	if !ctx.IsReCheckTx() {
		if err := k.checkMove(ctx, msg); err != nil {
			return err
		}
	}
	return k.pending.Set(ctx, moveMark(m.disputeID))
}

// moveNotPending returns ErrMovePending if a move of the dispute waits in the mempool.
func (k *Keeper) moveNotPending(ctx sdk.Context, disputeID uint64) error {
	err := k.notPending(ctx, moveMark(disputeID))
	if errors.Is(err, types.ErrSeatMessagePending) {
		return errorsmod.Wrapf(types.ErrMovePending, "dispute %d", disputeID)
	}
	return err
}

// moveMark is the key of a dispute's mark.
func moveMark(disputeID uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{markMove}, disputeID)
}
