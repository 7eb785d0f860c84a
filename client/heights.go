package client

import (
	"context"
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// maxScan bounds the blocks whose events are read for one task.
const maxScan = 300

// Heights are the blocks in which a task's life went on; 0 for what has not happened or is not known.
// Committed and Revealed are those of the last round.
type Heights struct {
	Posted    uint64 `json:"posted"`
	Matched   uint64 `json:"matched"`
	Committed uint64 `json:"committed"`
	Revealed  uint64 `json:"revealed"`
	Settled   uint64 `json:"settled"`
}

// TaskHeights tells the life of a task in heights. What the state does not keep is read from the events of the
// blocks between match and end; without an RPC address those two stay 0.
func (c *Client) TaskHeights(ctx context.Context, task computetypes.Task) (Heights, error) {
	h := Heights{Posted: task.PostHeight, Settled: task.CloseHeight}
	rounds, err := c.Rounds(ctx, task.Id)
	if err != nil || len(rounds) == 0 {
		return h, err
	}
	h.Matched = rounds[0].OpenHeight
	if c.cfg.RPC == "" {
		return h, nil
	}
	last := rounds[len(rounds)-1]
	to := task.CloseHeight
	if to == 0 || to > last.OpenHeight+maxScan {
		to = min(last.Deadline, last.OpenHeight+maxScan)
	}
	err = c.scan(ctx, last.OpenHeight, to, func(height uint64, e proto.Message) {
		switch e := e.(type) {
		case *attesttypes.EventRevealsOpened:
			if slices.Contains(e.TaskIds, task.Id) {
				h.Committed = height
			}
		case *attesttypes.EventResultsRevealed:
			if slices.Contains(e.TaskIds, task.Id) {
				h.Revealed = height
			}
		}
	})
	return h, err
}

// scan reads the typed events of x/attest of the blocks from..to that exist.
func (c *Client) scan(ctx context.Context, from, to uint64, see func(height uint64, e proto.Message)) error {
	rpc, err := rpchttp.New(c.cfg.RPC, "/websocket")
	if err != nil {
		return &Error{Op: "reach " + c.cfg.RPC, Err: err}
	}
	now, err := c.Height(ctx)
	if err != nil {
		return err
	}
	for height := from; height <= min(to, now); height++ {
		at := int64(height)
		res, err := rpc.BlockResults(ctx, &at)
		if err != nil {
			return &Error{Op: fmt.Sprintf("read the events of block %d", height), Err: fmt.Errorf("%w: %w", ErrUnreachable, err)}
		}
		for _, tx := range res.TxsResults {
			typed(tx.Events, func(e proto.Message) { see(height, e) })
		}
		typed(res.FinalizeBlockEvents, func(e proto.Message) { see(height, e) })
	}
	return nil
}

func typed(events []abci.Event, see func(proto.Message)) {
	for _, e := range events {
		if e.Type != proto.MessageName(&attesttypes.EventRevealsOpened{}) && e.Type != proto.MessageName(&attesttypes.EventResultsRevealed{}) {
			continue
		}
		// The block adds attributes of its own, which no message has.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool { return a.Key == "msg_index" || a.Key == "mode" })
		if m, err := sdk.ParseTypedEvent(e); err == nil {
			see(m)
		}
	}
}
