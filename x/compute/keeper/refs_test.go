package keeper

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/compute/types"
)

// TestKnownRefs asks for names among those of two requesters, few and many, near together and far apart: the answer is
// that of a read each, and the gas depends on nothing but how many are asked for.
func TestKnownRefs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFixture(t)
		alice, bob := addr("alice"), addr("bob")
		name := rapid.Custom(func(r *rapid.T) string { return fmt.Sprintf("%03d", rapid.IntRange(0, 120).Draw(r, "n")) })
		want := map[string]uint64{}
		for i, n := range rapid.SliceOfNDistinct(name, 0, 90, rapid.ID[string]).Draw(r, "posted") {
			owner := alice
			if i%3 == 2 {
				owner = bob
			} else {
				want[n] = uint64(i) + 1
			}
			require.NoError(t, f.k.refs.Set(f.ctx, refOf(owner, n, 0), uint64(i)+1))
		}
		require.NoError(t, f.k.refs.Set(f.ctx, refOf(alice, "", 7), 7))
		asked := rapid.SliceOfNDistinct(name, 0, 30, rapid.ID[string]).Draw(r, "asked")
		inputs := []types.TaskInput{{}}
		for _, n := range asked {
			inputs = append(inputs, types.TaskInput{ClientRef: n})
		}
		ctx := f.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()).WithKVGasConfig(storetypes.KVGasConfig())
		known, err := f.k.knownRefs(ctx, alice, inputs)
		require.NoError(t, err)
		require.Equal(t, gasRef*storetypes.Gas(len(asked)), ctx.GasMeter().GasConsumed())
		for _, n := range asked {
			require.Equal(t, want[n], known[n], n)
		}
	})
}
