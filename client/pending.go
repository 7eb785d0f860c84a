package client

import (
	"context"
	"fmt"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	sdk "github.com/cosmos/cosmos-sdk/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// maxWaiting is how many waiting transactions a node tells at once; it is CometBFT's own limit.
const maxWaiting = 100

// waitingTxs asks a node's RPC for the transactions in its mempool; none without an RPC address.
func waitingTxs(rpc string) func(context.Context) ([][]byte, error) {
	return func(ctx context.Context) ([][]byte, error) {
		if rpc == "" {
			return nil, nil
		}
		node, err := rpchttp.New(rpc, "/websocket")
		if err != nil {
			return nil, err
		}
		limit := maxWaiting
		res, err := node.UnconfirmedTxs(ctx, &limit)
		if err != nil {
			return nil, err
		}
		out := make([][]byte, len(res.Txs))
		for i, tx := range res.Txs {
			out[i] = tx
		}
		return out, nil
	}
}

// awaitEarlierPost looks for a post of the same client_refs that an earlier run of this program left in the
// mempool, waits for it, and returns its tasks. The chain would not open a second task for them, but the second
// transaction would pay a second fee. It reports false if there is none, or if it came to nothing.
func (c *Client) awaitEarlierPost(ctx context.Context, inputs []computetypes.TaskInput) ([]computetypes.PostedTask, bool) {
	one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
	txs, err := c.waiting(one)
	cancel()
	if err != nil {
		return nil, false // the chain itself is the guard that counts
	}
	for _, raw := range txs {
		places, timeout, ok := c.samePost(raw, inputs)
		if !ok {
			continue
		}
		tx, err := c.await(ctx, signed{hash: fmt.Sprintf("%X", hashOf(raw)), timeout: timeout})
		if err != nil {
			continue
		}
		var res computetypes.MsgPostTaskResponse
		if err := c.response(tx, &res); err != nil {
			continue
		}
		tasks := make([]computetypes.PostedTask, len(places))
		for i, place := range places {
			if place >= len(res.Tasks) {
				return nil, false
			}
			tasks[i] = computetypes.PostedTask{TaskId: res.Tasks[place].TaskId, Existing: true}
		}
		return tasks, true
	}
	return nil, false
}

// samePost says where a transaction's only message posts each of the inputs, by their client_refs, for us, and the
// last height that may include it.
func (c *Client) samePost(raw []byte, inputs []computetypes.TaskInput) (places []int, timeout uint64, ok bool) {
	tx, err := c.enc.tx.TxDecoder()(raw)
	if err != nil || len(tx.GetMsgs()) != 1 {
		return nil, 0, false
	}
	timed, hasTimeout := tx.(sdk.TxWithTimeoutHeight)
	post, isPost := tx.GetMsgs()[0].(*computetypes.MsgPostTask)
	if !hasTimeout || !isPost || post.Requester != c.addr {
		return nil, 0, false
	}
	at := make(map[string]int, len(post.Inputs))
	for i, in := range post.Inputs {
		at[in.ClientRef] = i
	}
	for _, in := range inputs {
		place, found := at[in.ClientRef]
		if in.ClientRef == "" || !found {
			return nil, 0, false
		}
		places = append(places, place)
	}
	return places, timed.GetTimeoutHeight(), true
}
