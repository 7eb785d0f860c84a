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
	// waitingShare is the part of a block's gas for which one transaction may ask and wait: half. What is due goes first, so
	// one that asks for a whole block would never fit, never pay, and keep its place and those of all that follow it from
	// whoever would pay for them. It is no rule of blocks.
	waitingShare = 2
)

// limits refuses what is too big before anything looks into it.
type limits struct{}

// AnteHandle returns ErrTooBig, ErrTooManyMessages or, for the mempool only, ErrTooMuchGas.
func (limits) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if n := len(ctx.TxBytes()); n > MaxTxBytes {
		return ctx, errorsmod.Wrapf(ErrTooBig, "expected at most %d bytes, got %d", MaxTxBytes, n)
	}
	if n := len(tx.GetMsgs()); n > MaxTxMessages {
		return ctx, errorsmod.Wrapf(ErrTooManyMessages, "expected at most %d, got %d", MaxTxMessages, n)
	}
	if err := mayWait(ctx, tx, simulate); err != nil {
		return ctx, err
	}
	return next(ctx, tx, simulate)
}

// mayWait returns ErrTooMuchGas for a transaction that would hardly ever fit into a block. What is free goes first, as far as
// there is room at all, and asks for what its messages need.
func mayWait(ctx sdk.Context, tx sdk.Tx, simulate bool) error {
	block := ctx.ConsensusParams().Block
	asks, isGasTx := tx.(sdk.GasTx)
	if simulate || !ctx.IsCheckTx() || !isGasTx || block == nil || block.MaxGas <= 0 || IsFreeTx(tx) {
		return nil
	}
	if most := uint64(block.MaxGas) / waitingShare; asks.GetGas() > most {
		return errorsmod.Wrapf(ErrTooMuchGas, "expected at most %d, got %d", most, asks.GetGas())
	}
	return nil
}
