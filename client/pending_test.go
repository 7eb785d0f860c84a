package client

import (
	"context"
	"encoding/hex"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// answerOf is what a block answers to a post that opened the tasks.
func answerOf(t *testing.T, ids ...uint64) string {
	t.Helper()
	res := &computetypes.MsgPostTaskResponse{}
	for _, id := range ids {
		res.Tasks = append(res.Tasks, computetypes.PostedTask{TaskId: id})
	}
	wrapped, err := codectypes.NewAnyWithValue(res)
	require.NoError(t, err)
	raw, err := proto.Marshal(&sdk.TxMsgData{MsgResponses: []*codectypes.Any{wrapped}})
	require.NoError(t, err)
	return hex.EncodeToString(raw)
}

// A program is stopped after its post went out and before a block had it. The next run waits for that post instead
// of paying the fee of another.
func TestAnEarlierPostIsAwaited(t *testing.T) {
	c, n := newTestClient(t)
	n.data = answerOf(t, 41, 42)
	terms := computetypes.TaskTerms{MaxPrice: coin(5)}
	inputs := []computetypes.TaskInput{{ClientRef: "a", Tokens: []uint32{1}}, {ClientRef: "b", Tokens: []uint32{2}}}
	stopped, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, _, err := c.PostTask(stopped, terms, inputs); ended <- err }()
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.raws) == 1 }, 5*time.Second, time.Millisecond)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)

	n.running(t)
	tasks, tx, err := c.PostTask(t.Context(), terms, inputs[1:])
	require.NoError(t, err)
	require.Equal(t, []computetypes.PostedTask{{TaskId: 42, Existing: true}}, tasks)
	require.Zero(t, tx.Fee)
	require.Len(t, n.raws, 1, "nothing was sent again")

	n.mu.Lock()
	n.data = answerOf(t, 43)
	n.mu.Unlock()
	tasks, tx, err = c.PostTask(t.Context(), terms, []computetypes.TaskInput{{ClientRef: "c", Tokens: []uint32{3}}})
	require.NoError(t, err)
	require.Equal(t, uint64(43), tasks[0].TaskId, "another question is another post")
	require.NotZero(t, tx.Fee)
}
