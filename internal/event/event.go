// Package event emits the typed events of the modules. It is the one place that knows how they are encoded.
//
// An event is what sdk.TypedEventToEvent makes of it, to the byte: its attributes are part of block results, which
// indexers read. That function marshals to JSON, parses the JSON again and sorts it, about 8 µs an event
// (BenchmarkEncode), which at eight events a task was a tenth of the task's whole cost. encode.go writes the
// attributes straight from the fields and falls back to the SDK for kinds of fields that no event of ours has.
package event

import (
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Emit adds a typed event to the context's event manager. It returns an error only for a message that
// cannot be encoded, which is a fault of the program.
func Emit(ctx sdk.Context, msg proto.Message) error {
	ev, err := encode(msg)
	if err != nil {
		return err
	}
	ctx.EventManager().EmitEvent(ev)
	return nil
}
