package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// What can go wrong besides a refusal by the chain (a ChainError). Test with errors.Is.
var (
	// ErrUnreachable: no node answered within the tries allowed.
	ErrUnreachable = errors.New("node unreachable")
	// ErrNotFound: the chain holds no such thing.
	ErrNotFound = errors.New("not found")
	// ErrBadRequest: the node could not make sense of a query.
	ErrBadRequest = errors.New("bad request")
	// ErrNotIncluded: a transaction found no block in time and never will; nothing was paid for it.
	ErrNotIncluded = errors.New("transaction not included in time")
	// ErrNoKey: the keyring has no such key, or there is no keyring.
	ErrNoKey = errors.New("no such key")
	// ErrWrongChain: the node belongs to another chain than the configured one.
	ErrWrongChain = errors.New("node is on another chain")
)

// Error is a failure off the chain: what was tried, why it failed, and what to do next.
type Error struct {
	Op   string // what was tried, in words
	Err  error  // one of the errors above, or the system's
	Next string // the next step for the user; may be empty
}

// Error tells all three parts.
func (e *Error) Error() string { return withNext(e.Op+": "+e.Err.Error(), e.Next) }

// Unwrap gives the cause to errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// ChainError is a refusal by the chain, with the code of the module that refused.
type ChainError struct {
	Codespace string // module of the code
	Code      uint32 // code within the module, never 0
	Log       string // the module's words
	TxHash    string // empty when the transaction never entered a block
	Next      string // the next step for the user; may be empty

	registered error
}

// Error tells module, code, words and next step.
func (e *ChainError) Error() string {
	return withNext(fmt.Sprintf("refused by %s/%d: %s", e.Codespace, e.Code, e.Log), e.Next)
}

// Unwrap gives the module's registered error, so that errors.Is(err, types.ErrX) holds in every program that
// links the module's types.
func (e *ChainError) Unwrap() error { return e.registered }

// The ante handler's refusals of a low fee and of free gas; its package is not linked here.
const (
	anteCodespace  = "aichain-ante"
	codeFeeTooLow  = 4
	codeFreeGas    = 6
	nextFeeTooLow  = "the least gas price of the chain rose: try again"
	nextNoFunds    = "fund the account, or ask for less"
	nextNewAccount = "the account has never received anything: send it some uaic first"
)

// isFeeTooLow says whether a refusal goes away with a fresh look at the gas price.
func isFeeTooLow(err error) bool {
	var c *ChainError
	if errors.As(err, &c) && c.Codespace == anteCodespace && c.Code == codeFeeTooLow {
		return true
	}
	return errors.Is(err, sdkerrors.ErrInsufficientFee)
}

// isFreeGas says whether a free message was refused because it asked for other gas than the chain allows.
func isFreeGas(err error) bool {
	var c *ChainError
	return errors.As(err, &c) && c.Codespace == anteCodespace && c.Code == codeFreeGas
}

func newChainError(codespace string, code uint32, log, hash string) *ChainError {
	e := &ChainError{Codespace: codespace, Code: code, Log: log, TxHash: hash}
	e.registered = errorsmod.ABCIError(codespace, code, log)
	e.Next = nextStep(e)
	return e
}

// nextStep knows the refusals that a user meets first.
func nextStep(err error) string {
	switch {
	case errors.Is(err, sdkerrors.ErrInsufficientFunds):
		return nextNoFunds
	case isFeeTooLow(err):
		return nextFeeTooLow
	case errors.Is(err, sdkerrors.ErrUnknownAddress):
		return nextNewAccount
	case errors.Is(err, sdkerrors.ErrWrongSequence):
		return "another program signs with this key at the same time: give each its own, or try again"
	case errors.Is(err, attesttypes.ErrWindowOver):
		return "a result can be challenged until the end of its challenge window only"
	case errors.Is(err, attesttypes.ErrOwnTask), errors.Is(err, attesttypes.ErrNotRefereed), errors.Is(err, attesttypes.ErrNotSettled):
		return "challenge settled tasks of canonical models on which you had no seat"
	case errors.Is(err, attesttypes.ErrNotStanding):
		return "list the seats of the task: aichaind query attest rounds"
	case errors.Is(err, sdkerrors.ErrUnauthorized):
		return "check the chain id, and that no other program signs with this key"
	}
	return ""
}

func withNext(text, next string) string {
	if next == "" {
		return text
	}
	return text + " (next: " + next + ")"
}

// Next returns the next step that an error advises, or "".
func Next(err error) string {
	var c *ChainError
	if errors.As(err, &c) {
		return c.Next
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Next
	}
	return ""
}

// startingUp is what the SDK answers between a node's start and its first block.
const startingUp = "context did not contain latest block height"

// fromGRPC turns the error of a query into one of ours.
func fromGRPC(op string, err error) error {
	if err == nil {
		return nil
	}
	s, ok := status.FromError(err)
	if !ok {
		return &Error{Op: op, Err: err}
	}
	switch s.Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return &Error{
			Op: op, Err: fmt.Errorf("%w: %s", ErrUnreachable, s.Message()),
			Next: "check that the node runs and that its gRPC address is right",
		}
	case codes.Canceled:
		return &Error{Op: op, Err: context.Canceled}
	case codes.NotFound:
		return &Error{Op: op, Err: fmt.Errorf("%w: %s", ErrNotFound, s.Message())}
	case codes.InvalidArgument:
		return &Error{Op: op, Err: fmt.Errorf("%w: %s", ErrBadRequest, s.Message())}
	case codes.Unimplemented:
		return &Error{
			Op: op, Err: fmt.Errorf("%w: %s", ErrBadRequest, s.Message()),
			Next: "the node does not speak this version of the protocol: compare versions",
		}
	default:
		if strings.Contains(s.Message(), startingUp) {
			return &Error{Op: op, Err: fmt.Errorf("%w: the node has just started and has no block yet", ErrUnreachable), Next: "wait a few seconds"}
		}
		// A module that forgets the gRPC code of a missing thing answers Unknown; its words still tell.
		if strings.Contains(s.Message(), "not found") {
			return &Error{Op: op, Err: fmt.Errorf("%w: %s", ErrNotFound, s.Message())}
		}
		return &Error{Op: op, Err: errors.New(s.Message())}
	}
}
