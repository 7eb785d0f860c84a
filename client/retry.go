package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"
)

// Bounds of the wait between tries; each wait is drawn between half and one and a half of its mean.
const (
	firstWait = 200 * time.Millisecond
	longWait  = 5 * time.Second
)

// retry runs do until it succeeds, fails for good, has been tried often enough, or ctx ends. Only an
// unreachable node is worth another try of a read. When ctx ends, the error says both that and what failed last.
func retry[T any](ctx context.Context, tries uint, do func() (T, error)) (T, error) {
	var last error
	v, err := backoff.Retry(ctx, func() (T, error) {
		v, err := do()
		if last = err; err != nil && !errors.Is(err, ErrUnreachable) {
			return v, backoff.Permanent(err)
		}
		return v, err
	}, backoff.WithBackOff(newBackOff()), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0))
	if err != nil && last != nil && !errors.Is(err, last) {
		err = fmt.Errorf("%w: %w", err, last)
	}
	return v, err
}

func newBackOff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = firstWait
	b.MaxInterval = longWait
	b.Multiplier = 2
	b.RandomizationFactor = 0.5
	return b
}

// call runs one read with a timeout per try and retries.
func call[Req, Res any](ctx context.Context, c *Client, op string, f func(context.Context, Req, ...grpc.CallOption) (Res, error), req Req) (Res, error) {
	return retry(ctx, c.cfg.Tries, func() (Res, error) {
		one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
		defer cancel()
		res, err := f(one, req)
		return res, fromGRPC(op, err)
	})
}
