package cmd

import (
	"errors"

	"github.com/spf13/cobra"
)

// Exit codes of aichaind; scripts may rely on them. Commands of our own add further ones through ExitCoder.
const (
	// ExitOK means that the command did what it says.
	ExitOK = 0
	// ExitFailed means that it did not; the reason is on standard error.
	ExitFailed = 1
	// ExitUsage means that it was called with a wrong flag or, for commands of our own, a wrong number of arguments.
	ExitUsage = 2
)

// ExitCoder is an error that chooses the exit code.
type ExitCoder interface {
	error
	// ExitCode is between 1 and 125.
	ExitCode() int
}

// ExitCode returns the exit code for the error of a command.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	var coder ExitCoder
	if errors.As(err, &coder) {
		return coder.ExitCode()
	}
	return ExitFailed
}

// usageError is a wrong flag.
type usageError struct{ error }

func (usageError) ExitCode() int { return ExitUsage }

// Unwrap returns what was wrong.
func (e usageError) Unwrap() error { return e.error }

// usageArgs makes a wrong number of arguments a usageError.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
