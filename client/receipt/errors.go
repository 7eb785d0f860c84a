package receipt

import (
	"errors"
	"fmt"
)

// Why a receipt is refused; test with errors.Is.
var (
	// ErrTruncated: the file ends in the middle.
	ErrTruncated = errors.New("truncated")
	// ErrMalformed: not a receipt of this format: unknown or repeated fields, records that do not decode, over a bound.
	ErrMalformed = errors.New("malformed")
	// ErrOtherChain: the receipt, or a part of it, is of another chain than expected.
	ErrOtherChain = errors.New("other chain")
	// ErrOtherTask: the receipt, or a part of it, is of another task than expected.
	ErrOtherTask = errors.New("other task")
	// ErrHeight: the heights of records, header or commit do not fit together, or not to the trusted header.
	ErrHeight = errors.New("wrong height")
	// ErrProof: a record is not proved under the app hash.
	ErrProof = errors.New("bad proof")
	// ErrHeader: a header, its commit or its validators do not belong together, or a signature is wrong.
	ErrHeader = errors.New("forged header")
	// ErrPower: the signatures are right and have no more than two thirds of the voting power.
	ErrPower = errors.New("too little power")
	// ErrUntrusted: nothing leads from the trusted header to the validators of the receipt.
	ErrUntrusted = errors.New("untrusted validator set")
	// ErrExpired: the trusted header is older than the trusting period.
	ErrExpired = errors.New("trusted header expired")
	// ErrNotSettled: the records are proved, but the task has no established answer.
	ErrNotSettled = errors.New("not settled")
	// ErrNotFinal: the answer can still be overturned, and a final one was asked for.
	ErrNotFinal = errors.New("not final")
	// ErrContradiction: the records are proved, but do not fit together.
	ErrContradiction = errors.New("records contradict each other")
)

// ErrNotFound is returned by Export for a task that is not in the state at the height asked for.
var ErrNotFound = errors.New("not in the state")

// Error is a refusal: its kind, the part of the receipt, what was expected and what came.
type Error struct {
	Kind error  // one of the errors above
	Part string // part of the receipt, in words
	Want string // what was expected
	Got  string // what came
}

// Error tells all four.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s: expected %s, got %s", e.Kind, e.Part, e.Want, e.Got)
}

// Unwrap gives the kind to errors.Is.
func (e *Error) Unwrap() error { return e.Kind }

func refuse(kind error, part, want, got string) error {
	return &Error{Kind: kind, Part: part, Want: want, Got: got}
}
