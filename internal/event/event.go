// Package event emits the typed events of the modules. It is the one place that knows how they are encoded.
package event

import (
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Emit adds a typed event to the context's event manager. It returns an error only for a message that
// cannot be encoded, which is a fault of the program.
func Emit(ctx sdk.Context, msg proto.Message) error {
	return ctx.EventManager().EmitTypedEvent(msg)
}
