package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/client/ask"
)

// Exit codes of infer beside ExitFailed and ExitUsage; scripts rely on them.
const (
	exitNotMatchable = 3
	exitRefunded     = 4
	exitUnreachable  = 5
	exitFunds        = 6
	exitOverturned   = 7
	exitInterrupted  = 130 // as a shell reports SIGINT
)

// inferError is the end of infer with its exit code.
type inferError struct {
	error
	code int
}

// ExitCode is one of the codes above.
func (e *inferError) ExitCode() int { return e.code }

// Unwrap returns the cause.
func (e *inferError) Unwrap() error { return e.error }

func exitWith(code int, err error) error {
	if err == nil {
		return nil
	}
	return &inferError{err, code}
}

// codeOf sorts what asking can end with.
func codeOf(err error) int {
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrNotIncluded),
		errors.Is(err, sdkerrors.ErrWrongSequence): // asked too often at once
		return exitUnreachable
	case errors.Is(err, ask.ErrRefunded):
		return exitRefunded
	case errors.Is(err, ask.ErrOverturned):
		return exitOverturned
	case errors.Is(err, ask.ErrNotMatchable):
		return exitNotMatchable
	case errors.Is(err, ask.ErrFunds), errors.Is(err, sdkerrors.ErrInsufficientFunds):
		return exitFunds
	case errors.Is(err, ask.ErrBadQuestion), errors.Is(err, client.ErrNoKey), errors.Is(err, client.ErrBadRequest), errors.Is(err, client.ErrWrongChain):
		return ExitUsage
	}
	var refused *client.ChainError
	if errors.As(err, &refused) {
		return ExitUsage
	}
	return ExitFailed
}

// inWords says why the wait ended when it was the user or the time, and keeps what the network had to say.
func inWords(ctx context.Context, err error, timeout time.Duration) error {
	var why string
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		why = fmt.Sprintf("no end within %s (--timeout)", timeout)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		why = "interrupted"
	default:
		return err
	}
	if errors.Is(err, client.ErrUnreachable) {
		return fmt.Errorf("%s: %w", why, err)
	}
	return errors.New(why)
}
