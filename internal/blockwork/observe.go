package blockwork

import (
	"path"
	"runtime"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Ran is what one step of a block has done.
type Ran struct {
	// Module and Step name it: the file x/attest/keeper/step_verdict.go is the step "verdict" of "attest".
	Module, Step string
	// Items it was handed, within its budget. A step that does one fixed thing in every block has none.
	Items int
	// Failed is how many of them were handed to park.
	Failed int
}

// Observer hears what the steps of a block have done, while the block runs: it must return at once. It is for those
// who watch a node and is no part of the state: nothing that the state machine computes may depend on it.
type Observer func(Ran)

// observerKey is where a context carries the observer.
type observerKey struct{}

// WithObserver returns a context in which Run tells an observer what was done. A nil observer changes nothing.
func WithObserver(ctx sdk.Context, o Observer) sdk.Context {
	if o == nil {
		return ctx
	}
	return ctx.WithValue(observerKey{}, o)
}

// tell tells the observer of the context, if there is one, about the step whose file has called Run. Whatever the
// observer does, a panic too, ends here.
func tell[T any](ctx sdk.Context, items []T, failed int) {
	o, ok := ctx.Value(observerKey{}).(Observer)
	if !ok {
		return
	}
	defer func() { _ = recover() }() // the block must go on as it does where nobody watches
	n := len(items)
	if _, isOnce := any(items).([]struct{}); isOnce {
		n = 0
	}
	module, step := caller()
	o(Ran{Module: module, Step: step, Items: n, Failed: failed})
}

// callerDepth leads from caller over tell and Run to the step.
const callerDepth = 3

// caller names the step by its file. Each block step is a file of its own.
func caller() (module, step string) {
	_, file, _, ok := runtime.Caller(callerDepth)
	if !ok {
		return "", ""
	}
	name := strings.TrimSuffix(path.Base(file), ".go")
	return path.Base(path.Dir(path.Dir(file))), strings.TrimPrefix(name, "step_")
}
