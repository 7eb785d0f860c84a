package blockwork

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// TestTextIsTheSameOnEveryNode: of panics and foreign errors nothing reaches the state, of our own what fits.
func TestTextIsTheSameOnEveryNode(t *testing.T) {
	own := errorsmod.Register("blockwork-test", 2, "own")
	for name, c := range map[string]struct {
		cause error
		want  string
	}{
		"a panic":         {errorsmod.Wrap(sdkerrors.ErrPanic, "invalid address 0xc000123456"), unregistered},
		"a foreign error": {errors.New("open /home/a/data: no space"), unregistered},
		"our own":         {errorsmod.Wrap(own, "task 7"), "task 7: own"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, Text(c.cause)) })
	}
	long := Text(errorsmod.Wrap(own, strings.Repeat("ü", textBytes)+"."))
	require.True(t, utf8.ValidString(long))
	require.LessOrEqual(t, len(long), textBytes)
}
