package ante

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
)

// Seats is what the free seat messages need of x/attest.
type Seats interface {
	// FreeSeatMessage says why a commit, a reveal or the move of a dispute is not free: an item is not for a seat of
	// the sender that may still send it, or the move is not due from it. It stops at the first such item.
	FreeSeatMessage(ctx context.Context, msg sdk.Msg) error
	// MarkSeatMessage marks the seats or the dispute in the mempool's state, so that each is free once there too. It
	// refuses a move that would fail.
	MarkSeatMessage(ctx context.Context, msg sdk.Msg) error
	// FreeSeatGas is the gas that the message must ask for to be free.
	FreeSeatGas(msg sdk.Msg) uint64
	// SeatGas is what the message pays when it runs, at most.
	SeatGas(msg sdk.Msg) uint64
}

// Prices is what the least fee needs of x/reward.
type Prices interface {
	// MinGasPrice returns the least fee in uaic per 1 000 gas.
	MinGasPrice(ctx context.Context) (uint64, error)
}

// Options of NewHandler; all are needed.
type Options struct {
	Accounts  authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	FeeGrants feegrantkeeper.Keeper
	Seats     Seats
	Prices    Prices
	SignModes *txsigning.HandlerMap
}

// NewHandler returns the chain of checks. It panics if seats, prices or sign modes are missing.
func NewHandler(o Options) sdk.AnteHandler {
	if o.Seats == nil || o.Prices == nil || o.SignModes == nil {
		panic("app/ante: expected seats, prices and sign modes")
	}
	return sdk.ChainAnteDecorators(
		authante.NewSetUpContextDecorator(), // outermost: sets the gas meter
		limits{},
		authante.NewExtensionOptionsDecorator(nil),
		authante.NewValidateBasicDecorator(),
		authante.NewTxTimeoutHeightDecorator(),
		authante.NewValidateMemoDecorator(o.Accounts),
		freeSeats{o.Seats}, // before fees and signatures: see the package comment
		authante.NewConsumeGasForTxSizeDecorator(o.Accounts),
		authante.NewDeductFeeDecorator(o.Accounts, feeBank{o.Bank}, lasting{o.FeeGrants}, feeChecker{o.Prices}.check),
		authante.NewSetPubKeyDecorator(o.Accounts), // before everything that needs the signers' keys
		authante.NewValidateSigCountDecorator(o.Accounts),
		authante.NewSigGasConsumeDecorator(o.Accounts, authante.DefaultSigVerificationGasConsumer),
		authante.NewSigVerificationDecorator(o.Accounts, o.SignModes,
			authante.WithUnorderedTxGasCost(authante.DefaultUnorderedTxGasCost),
			authante.WithMaxUnorderedTxTimeoutDuration(authante.DefaultMaxTimeoutDuration)),
		markSeats{o.Seats}, // only a verified sender may use up its free messages
		authante.NewIncrementSequenceDecorator(o.Accounts),
		gasLeft{o.Seats}, // after everything that pays gas
	)
}
