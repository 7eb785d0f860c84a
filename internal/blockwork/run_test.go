package blockwork

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	errBad = errors.New("bad")
	key    = storetypes.NewKVStoreKey("items")
	other  = storetypes.NewKVStoreKey("other")
)

func newContext(t *testing.T) sdk.Context {
	t.Helper()
	return testutil.DefaultContextWithKeys(map[string]*storetypes.KVStoreKey{"items": key, "other": other}, nil, nil)
}

// TestRunKeepsWhatSucceeds mixes good items with ones that fail and ones that panic, each after writing, deleting and
// emitting: only the good ones and the parking of the others show, in order.
func TestRunKeepsWhatSucceeds(t *testing.T) {
	ctx := newContext(t)
	ctx.KVStore(key).Set([]byte{99}, []byte("there before"))
	var parked []byte
	do := func(c sdk.Context, n byte) error {
		for _, k := range []*storetypes.KVStoreKey{key, other} {
			if n > 1 && n%5 != 0 {
				require.Equal(t, n%3 != 2 && (n-1)%5 != 0, c.KVStore(k).Has([]byte{n - 1}), "item %d sees what became of the one before", n)
			}
			c.KVStore(k).Set([]byte{n}, []byte{n})
		}
		c.EventManager().EmitEvent(sdk.NewEvent("done", sdk.NewAttribute("item", string('a'+rune(n)))))
		if n%5 == 0 {
			c.KVStore(key).Delete([]byte{99})
			panic("poisoned")
		}
		if n%3 == 1 {
			c.KVStore(key).Delete([]byte{99})
			return errBad
		}
		return nil
	}
	park := func(c sdk.Context, n byte, cause error) error {
		parked = append(parked, n)
		require.Equal(t, n%5 != 0, errors.Is(cause, errBad))
		c.EventManager().EmitEvent(sdk.NewEvent("parked"))
		return nil
	}
	Run(ctx, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, do, park)
	require.Equal(t, []byte{1, 4, 5, 7, 10}, parked)
	for n := byte(1); n <= 10; n++ {
		isGood := n%5 != 0 && n%3 != 1
		require.Equal(t, isGood, ctx.KVStore(key).Has([]byte{n}), "item %d", n)
		require.Equal(t, isGood, ctx.KVStore(other).Has([]byte{n}), "item %d", n)
	}
	require.True(t, ctx.KVStore(key).Has([]byte{99}))
	var said string
	for _, e := range ctx.EventManager().Events() {
		if e.Type == "parked" {
			said += "-"
			continue
		}
		said += e.Attributes[0].Value
	}
	require.Equal(t, "-cd--g-ij-", said)
}

// TestRunWhenParkingFails shows that such an item stays where it was, whatever parking wrote.
func TestRunWhenParkingFails(t *testing.T) {
	ctx := newContext(t)
	Run(ctx, []byte{1, 2}, func(c sdk.Context, n byte) error {
		c.KVStore(key).Set([]byte{n}, []byte{n})
		if n == 1 {
			return errBad
		}
		return nil
	}, func(c sdk.Context, n byte, _ error) error {
		c.KVStore(key).Set([]byte{100 + n}, []byte{n})
		panic("and again")
	})
	require.False(t, ctx.KVStore(key).Has([]byte{1}))
	require.False(t, ctx.KVStore(key).Has([]byte{101}))
	require.True(t, ctx.KVStore(key).Has([]byte{2}))
	require.Empty(t, ctx.EventManager().Events())
}

// TestRunOfNothing writes nothing.
func TestRunOfNothing(t *testing.T) {
	ctx := newContext(t)
	Run(ctx, []byte{}, func(sdk.Context, byte) error { return errBad }, func(sdk.Context, byte, error) error { return nil })
	require.Empty(t, ctx.EventManager().Events())
}
