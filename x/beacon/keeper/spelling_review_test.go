package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/beacon/keeper"
	"github.com/aichain/aichain/x/beacon/types"
)

// TestOperatorHasOneSpelling: bech32 in capitals is the same operator, stored as everybody else spells it.
func TestOperatorHasOneSpelling(t *testing.T) {
	w := newWorld(t)
	msg := register(t, "b", vrfKey(t, "b", 1))
	msg.Validator = strings.ToUpper(msg.Validator)
	_, err := w.msgs.RegisterVrfKey(w.ctx, msg)
	require.NoError(t, err)
	got, err := keeper.NewQueryServer(w.k).VrfKey(w.ctx, &types.QueryVrfKeyRequest{Validator: operator("b").String()})
	require.NoError(t, err)
	require.Equal(t, operator("b").String(), got.Key.Validator)
}
