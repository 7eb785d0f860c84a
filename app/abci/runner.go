package abci

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// UniformRunner gives bytes that do not decode, such as the injected proof, one result under every executor. In
// SDK v0.55.0 the sequential runner reports gas used 0 for them and block-stm the block context's gas; the
// difference reaches LastResultsHash and halts a network of mixed executors.
func UniformRunner(inner sdk.TxRunner) sdk.TxRunner { return uniformRunner{inner} }

type uniformRunner struct{ inner sdk.TxRunner }

// Run runs the transactions of a block and evens out the results of those that do not decode.
func (r uniformRunner) Run(ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc) ([]*abci.ExecTxResult, error) {
	res, err := r.inner.Run(ctx, ms, txs, deliver)
	for i, x := range res {
		if x != nil && x.Code == sdkerrors.ErrTxDecode.ABCICode() && x.Codespace == sdkerrors.ErrTxDecode.Codespace() {
			res[i] = sdkerrors.ResponseExecTxResultWithEvents(sdkerrors.ErrTxDecode, 0, 0, nil, false)
		}
	}
	return res, err
}

// Unwrap lets BaseApp see the parallel runner inside.
func (r uniformRunner) Unwrap() sdk.TxRunner { return r.inner }
