package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
)

// TestAddressesAreThoseOfTheCodec: good and bad spellings, asked for again and again and by many at once, with more of
// them than are remembered, are what the codec inside says; and what a caller does to its bytes changes nothing.
func TestAddressesAreThoseOfTheCodec(t *testing.T) {
	plain := addresscodec.NewBech32Codec(Bech32Prefix)
	remembering := newAddresses(plain)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for n := range 2 * rememberedAddresses {
				b := []byte(fmt.Sprintf("%020d", n/3))
				want, err := plain.BytesToString(b)
				if err != nil {
					panic(err)
				}
				got, err := remembering.BytesToString(b)
				if err != nil || got != want {
					panic(fmt.Sprintf("%x: %s, not %s (%v)", b, got, want, err))
				}
				back, err := remembering.StringToBytes(want)
				if err != nil || string(back) != string(b) {
					panic(fmt.Sprintf("%s: %x, not %x (%v)", want, back, b, err))
				}
				back[0]++
			}
		})
	}
	group.Wait()
	good, err := plain.BytesToString(make([]byte, 20))
	require.NoError(t, err)
	for range 2 {
		for _, text := range []string{"", " ", "x", good + "x", strings.ToUpper(good), "cosmos1", good[:len(good)-1]} {
			want, wantErr := plain.StringToBytes(text)
			got, err := remembering.StringToBytes(text)
			require.Equal(t, want, got, text)
			require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err), text)
		}
		got, err := remembering.BytesToString(nil)
		require.NoError(t, err)
		require.Empty(t, got)
	}
}
