package cmd

import (
	"context"
	"errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/client/ask"
)

// Exit codes of infer; they are part of its interface and never renumbered.
const (
	exitOther        = 1
	exitBadInput     = 2
	exitNotMatchable = 3
	exitRefunded     = 4
	exitUnreachable  = 5
	exitFunds        = 6
	exitInterrupted  = 130
)

// exitError carries the exit code of a command to main.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

func exit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: code, err: err}
}

// ExitCode is the code that a program should end with after err: 0 for nil, 1 unless a command chose another.
func ExitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return exitOther
}

// codeOf sorts what asking can end with.
func codeOf(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrNotIncluded):
		return exitUnreachable
	case errors.Is(err, ask.ErrRefunded):
		return exitRefunded
	case errors.Is(err, ask.ErrNotMatchable):
		return exitNotMatchable
	case errors.Is(err, ask.ErrFunds), errors.Is(err, sdkerrors.ErrInsufficientFunds):
		return exitFunds
	case errors.Is(err, ask.ErrBadQuestion), errors.Is(err, client.ErrNoKey), errors.Is(err, client.ErrBadRequest), errors.Is(err, client.ErrWrongChain):
		return exitBadInput
	}
	var refused *client.ChainError
	if errors.As(err, &refused) {
		return exitBadInput
	}
	return exitOther
}
