package worker

import (
	"context"
	"errors"

	"github.com/aichain/aichain/client"
)

// sent is what became of the items of a transaction.
type sent struct {
	isReveal bool
	keys     []Key
	errs     map[Key]error // nil entry: in a block
}

// sendSplit sends items in one transaction; when the chain refuses it, in halves, so that one bad item does not
// hold up its neighbours. Other failures are shared by all of the items.
func sendSplit[T any](ctx context.Context, items []T, keyOf func(T) Key, send func(context.Context, []T) (client.Tx, error), errs map[Key]error) {
	if len(items) == 0 {
		return
	}
	_, err := send(ctx, items)
	var refused *client.ChainError
	if err == nil || len(items) == 1 || !errors.As(err, &refused) {
		for _, it := range items {
			errs[keyOf(it)] = err
		}
		return
	}
	half := len(items) / 2
	sendSplit(ctx, items[:half], keyOf, send, errs)
	sendSplit(ctx, items[half:], keyOf, send, errs)
}
