// Package blockwork runs the items of a block step so that one bad item can neither stop the block nor undo
// its neighbours. It is not a scheduler: the step collects its due items first, within its budget.
package blockwork

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Run calls do for each item in order, each in its own branch of the state. The writes and events of an item
// are kept only if do returns nil; a panic counts as an error. A failed item is handed to park, in the outer
// context; if park fails too, its error is logged and the item stays where it was.
func Run[T any](ctx sdk.Context, items []T, do func(sdk.Context, T) error, park func(sdk.Context, T, error) error) {
	for _, item := range items {
		err := isolate(ctx, func(c sdk.Context) error { return do(c, item) })
		if err == nil {
			continue
		}
		if perr := isolate(ctx, func(c sdk.Context) error { return park(c, item, err) }); perr != nil {
			ctx.Logger().Error("a block item failed and could not be parked", "item", item, "err", err, "park_err", perr)
		}
	}
}

// isolate runs f in a branch of the state and writes the branch back only on success.
func isolate(ctx sdk.Context, f func(sdk.Context) error) (err error) {
	branch, write := ctx.CacheContext()
	defer func() {
		if r := recover(); r != nil {
			err = errorsmod.Wrap(sdkerrors.ErrPanic, fmt.Sprint(r))
		}
	}()
	if err := f(branch); err != nil {
		return err
	}
	write()
	return nil
}
