package blockwork

import (
	"strings"

	errorsmod "cosmossdk.io/errors"
)

// textBytes bounds the text kept with a parked item.
const textBytes = 512

// unregistered stands in the state for an error that is none of the chain's own.
const unregistered = "internal error; its text is in the event"

// Text is what the state may keep of the error that parked an item: at most 512 bytes of UTF-8, the same on every
// node. The text of a registered error is made by the chain's own code. A panic may name memory addresses, and a
// database speaks its own words, which differ between nodes and would split the app hash: their text goes no further
// than the event, which is not hashed.
func Text(cause error) string {
	space, _, text := errorsmod.ABCIInfo(cause, false)
	if space == errorsmod.UndefinedCodespace {
		return unregistered
	}
	if len(text) > textBytes {
		text = text[:textBytes]
	}
	return strings.ToValidUTF8(text, "?")
}
