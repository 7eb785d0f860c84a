package ante

import (
	"math"

	errorsmod "cosmossdk.io/errors"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// freeKey marks a context whose transaction pays nothing.
type freeKey struct{}

// isFree says whether freeSeats let the transaction pass without a fee.
func isFree(ctx sdk.Context) bool {
	free, ok := ctx.Value(freeKey{}).(bool)
	return ok && free
}

// IsSeatTx says whether a transaction consists of commits, reveals and moves of disputes only.
func IsSeatTx(tx sdk.Tx) bool {
	msgs := tx.GetMsgs()
	for _, msg := range msgs {
		switch msg.(type) {
		case *attesttypes.MsgCommitResult, *attesttypes.MsgRevealResult:
		default:
			if !attesttypes.IsMove(msg) {
				return false
			}
		}
	}
	return len(msgs) > 0
}

// IsFreeTx says whether a transaction consists of seat messages and moves and pays nothing: it passes its check only while
// each of them is due.
func IsFreeTx(tx sdk.Tx) bool {
	fee, ok := tx.(sdk.FeeTx)
	return ok && fee.GetFee().IsZero() && IsSeatTx(tx)
}

// freeSeats lets seat messages without a fee pass if each is free, and refuses them here if not.
type freeSeats struct{ seats Seats }

// AnteHandle returns ErrFreeSigners, ErrFreeMessages, ErrFreeGas or why a message is not free.
func (d freeSeats) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok {
		return ctx, errorsmod.Wrap(sdkerrors.ErrTxDecode, "expected a transaction with a fee")
	}
	if simulate || !IsSeatTx(tx) || !feeTx.GetFee().IsZero() {
		return next(ctx, tx, simulate) // a simulation asks for the gas, to pay for it or not
	}
	if !ctx.IsCheckTx() {
		ctx = attesttypes.WithReadRounds(ctx) // for the messages, which would read the same again
	}
	if err := d.check(ctx, tx, feeTx.GetGas()); err != nil {
		return ctx, err
	}
	return next(ctx.WithValue(freeKey{}, true), tx, simulate)
}

// check says why the messages of a transaction are not free.
func (d freeSeats) check(ctx sdk.Context, tx sdk.Tx, gas uint64) error {
	signed, ok := tx.(authsigning.SigVerifiableTx)
	if !ok {
		return errorsmod.Wrap(sdkerrors.ErrTxDecode, "expected a signed transaction")
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return err
	}
	if len(signers) != 1 {
		return errorsmod.Wrapf(ErrFreeSigners, "got %d", len(signers))
	}
	if err := oneOfEach(tx.GetMsgs()); err != nil {
		return err
	}
	limit := uint64(0)
	for _, msg := range tx.GetMsgs() {
		more := d.seats.FreeSeatGas(msg)
		if more > math.MaxUint64-limit {
			more = math.MaxUint64 - limit
		}
		limit += more
	}
	if gas != limit { // with less it could pass here and fail in the block, free to be sent again
		return errorsmod.Wrapf(ErrFreeGas, "expected exactly %d, got %d", limit, gas)
	}
	for _, msg := range tx.GetMsgs() {
		if err := d.seats.FreeSeatMessage(ctx, msg); err != nil {
			return err
		}
	}
	return nil
}

// oneOfEach lets one commit and one reveal message pass together: two of a kind could name one seat twice, and
// the second would fail in the block for free. A move stands alone: it can end other disputes, whose moves would then fail.
func oneOfEach(msgs []sdk.Msg) error {
	commits, reveals, moves := 0, 0, 0
	for _, msg := range msgs {
		switch msg.(type) {
		case *attesttypes.MsgCommitResult:
			commits++
		case *attesttypes.MsgRevealResult:
			reveals++
		default:
			moves++
		}
	}
	if commits > 1 || reveals > 1 || moves > 1 || moves > 0 && commits+reveals > 0 {
		return errorsmod.Wrapf(ErrFreeMessages, "got %d commit and %d reveal messages and %d moves", commits, reveals, moves)
	}
	return nil
}

// markSeats uses up the free messages of a transaction in the mempool's state.
type markSeats struct{ seats Seats }

// AnteHandle marks nothing in a block: there the messages themselves use up the seats.
func (d markSeats) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if simulate || !ctx.IsCheckTx() || !isFree(ctx) {
		return next(ctx, tx, simulate)
	}
	for _, msg := range tx.GetMsgs() {
		if err := d.seats.MarkSeatMessage(ctx, msg); err != nil {
			return ctx, err
		}
	}
	return next(ctx, tx, simulate)
}

// bareGas is the gas that the checks of a paying transaction have to leave for it to wait: about what the cheapest messages
// need (to take back a grant), and more than the checks can come to cost between the mempool's state and the block's. A
// balance that has grown by a digit costs 33, one that is no longer emptied some thousands.
const bareGas = 10_000

// simGas is what a check may cost more than a simulation of it, which does not read the least price, 2 100, and whose fee and gas
// may be shorter to write. What the fee itself costs, 10 500, a simulation without one does not know: that is for the caller's margin.
const simGas = 3_000

// atLeast is the gas meter of a simulation, which tells no less than the check asks for.
type atLeast struct {
	storetypes.GasMeter

	least uint64
}

// GasConsumed is what the simulation tells.
func (m atLeast) GasConsumed() uint64 { return max(m.GasMeter.GasConsumed(), m.least) }

// gasLeft refuses a transaction that may run out of gas in its checks, where it fails without paying: a free one whose checks have
// eaten the gas of its messages, such as one with padding that decoders skip, which would be free to be sent again; and, for
// the mempool only, one that pays and asks for hardly more than its checks take, which a coin sent to its signer in front
// of it makes fail.
type gasLeft struct{ seats Seats }

// AnteHandle returns ErrFreeGas or ErrOutOfGas.
func (d gasLeft) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if simulate { // whoever asks for what it tells, and not less than the block needs, has to pass the check
		return next(ctx.WithGasMeter(atLeast{ctx.GasMeter(), ctx.GasMeter().GasConsumed() + bareGas + simGas}), tx, simulate)
	}
	left := ctx.GasMeter().GasRemaining()
	if !isFree(ctx) {
		if ctx.IsCheckTx() && left < bareGas {
			return ctx, errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "the checks leave %d for the messages, expected at least %d", left, bareGas)
		}
		return next(ctx, tx, simulate)
	}
	need := uint64(0)
	for _, msg := range tx.GetMsgs() { // a free transaction has at most two, each within its own limit
		need += d.seats.SeatGas(msg)
	}
	if left < need {
		return ctx, errorsmod.Wrapf(ErrFreeGas, "the messages need %d, the transaction around them leaves %d", need, left)
	}
	return next(ctx, tx, simulate)
}
