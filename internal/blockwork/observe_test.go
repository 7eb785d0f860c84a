package blockwork

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestRunTellsTheObserver what each step was handed and what failed, under the name of the file that called it.
func TestRunTellsTheObserver(t *testing.T) {
	var heard []Ran
	ctx := WithObserver(newContext(t), func(r Ran) { heard = append(heard, r) })
	keep := func(sdk.Context, byte, error) error { return nil }
	Run(ctx, []byte{1, 2, 3, 4}, func(_ sdk.Context, n byte) error {
		if n%2 == 0 {
			return errBad
		}
		return nil
	}, keep)
	Run(ctx, nil, func(sdk.Context, byte) error { return errBad }, keep)
	Run(ctx, []struct{}{{}}, func(sdk.Context, struct{}) error { return errBad }, func(sdk.Context, struct{}, error) error { return nil })
	require.Equal(t, []Ran{
		{Module: "internal", Step: "observe_test", Items: 4, Failed: 2},
		{Module: "internal", Step: "observe_test"},
		{Module: "internal", Step: "observe_test", Failed: 1},
	}, heard)
	require.Equal(t, newContext(t).Value(observerKey{}), WithObserver(newContext(t), nil).Value(observerKey{}))
}

// TestAnObserverThatPanicsStopsNothing: the items are done and the step returns.
func TestAnObserverThatPanicsStopsNothing(t *testing.T) {
	ctx := WithObserver(newContext(t), func(Ran) { panic("a fault of the watcher") })
	Run(ctx, []byte{1}, func(c sdk.Context, n byte) error {
		c.KVStore(key).Set([]byte{n}, []byte{n})
		return nil
	}, func(sdk.Context, byte, error) error { return nil })
	require.True(t, ctx.KVStore(key).Has([]byte{1}))
}

// BenchmarkTell is what a watched node pays for each step of a block, and one that is not watched.
func BenchmarkTell(b *testing.B) {
	ctx := sdk.Context{}.WithContext(b.Context())
	for name, c := range map[string]sdk.Context{"watched": WithObserver(ctx, func(Ran) {}), "unwatched": ctx} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tell(c, []byte{1, 2}, 0)
			}
		})
	}
}
