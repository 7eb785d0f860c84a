// Package blockwork runs the items of a block step so that one bad item can neither stop the block nor undo
// its neighbours. It is not a scheduler: the step collects its due items first, within its budget.
package blockwork

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Run calls do for each item in order, each in its own branch of the state. The writes and events of an item
// are kept only if do returns nil; a panic counts as an error. A failed item is handed to park, in the outer
// context; if park fails too, its error is logged and the item stays where it was.
func Run[T any](ctx sdk.Context, items []T, do func(sdk.Context, T) error, park func(sdk.Context, T, error) error) {
	var b branch
	failed := 0
	for _, item := range items {
		err := b.try(ctx, func(c sdk.Context) error { return do(c, item) })
		if err == nil {
			continue
		}
		failed++
		if perr := b.try(ctx, func(c sdk.Context) error { return park(c, item, err) }); perr != nil {
			ctx.Logger().Error("a block item failed and could not be parked", "item", item, "err", err, "park_err", perr)
		}
	}
	tell(ctx, items, failed)
}

// branch is a branch of the state and its events; its stores cost no gas, which nobody pays in a block step. What is written back leaves it empty, so one branch serves all items
// of a step until one fails: making a new one for each was an eighth of what a settled task allocated.
type branch struct {
	ctx    sdk.Context
	store  storetypes.CacheMultiStore // nil when a new branch is needed
	events *sdk.EventManager
}

// try runs f in the branch and writes it back on success; on failure, a panic too, the branch is thrown away.
func (b *branch) try(outer sdk.Context, f func(sdk.Context) error) (err error) {
	if b.store == nil {
		b.store, b.events = outer.MultiStore().CacheMultiStore(), sdk.NewEventManager()
		b.ctx = outer.WithMultiStore(b.store).WithEventManager(b.events).WithKVGasConfig(storetypes.GasConfig{})
	}
	defer func() {
		if r := recover(); r != nil {
			err = errorsmod.Wrap(sdkerrors.ErrPanic, fmt.Sprint(r))
		}
		if err != nil {
			b.store = nil
		}
	}()
	if err := f(b.ctx); err != nil {
		return err
	}
	b.store.Write()
	outer.EventManager().EmitEvents(b.events.Events())
	b.events.OverrideEvents(sdk.EmptyEvents())
	return nil
}
