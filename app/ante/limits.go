package ante

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// MaxTxBytes is CometBFT's own bound for its mempool: a proposer cannot go around it.
	MaxTxBytes = 1 << 20
	// MaxTxMessages bounds the work before the first signature check. What comes in numbers (tasks, commits,
	// reveals) is batched within one message.
	MaxTxMessages = 64
)

// limits refuses what is too big before anything looks into it.
type limits struct{}

// AnteHandle returns ErrTooBig or ErrTooManyMessages.
func (limits) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if n := len(ctx.TxBytes()); n > MaxTxBytes {
		return ctx, errorsmod.Wrapf(ErrTooBig, "expected at most %d bytes, got %d", MaxTxBytes, n)
	}
	if n := len(tx.GetMsgs()); n > MaxTxMessages {
		return ctx, errorsmod.Wrapf(ErrTooManyMessages, "expected at most %d, got %d", MaxTxMessages, n)
	}
	return next(ctx, tx, simulate)
}
