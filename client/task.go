package client

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// pageLimit is how many records one request of a list asks for.
const pageLimit = 100

func hexBytes(s string) ([]byte, error) { return hex.DecodeString(s) }

// PostTask escrows the price and opens one task per input, all paid by the client's account. An input whose
// client_ref is known returns the first task and pays nothing; while an earlier post of the same client_refs still
// waits in the node's mempool, it is waited for and nothing is sent. Answers come in the order of the inputs.
func (c *Client) PostTask(ctx context.Context, terms computetypes.TaskTerms, inputs []computetypes.TaskInput) ([]computetypes.PostedTask, Tx, error) {
	if tasks, ok := c.awaitEarlierPost(ctx, inputs); ok {
		return tasks, Tx{}, nil
	}
	tx, err := c.send(ctx, 0, &computetypes.MsgPostTask{Requester: c.addr, Payer: c.addr, Terms: terms, Inputs: inputs})
	if err != nil {
		return nil, Tx{}, err
	}
	var res computetypes.MsgPostTaskResponse
	if err := c.response(tx, &res); err != nil {
		return nil, tx, err
	}
	if len(res.Tasks) != len(inputs) {
		return nil, tx, &Error{Op: "post tasks", Err: fmt.Errorf("expected %d tasks, got %d", len(inputs), len(res.Tasks))}
	}
	return res.Tasks, tx, nil
}

// CancelTask takes an OPEN task back; its escrow returns to the payer.
func (c *Client) CancelTask(ctx context.Context, id uint64) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgCancelTask{Requester: c.addr, TaskId: id})
}

// Task tells all about one task: where its money is, what happens next and when. ErrNotFound once pruned.
func (c *Client) Task(ctx context.Context, id uint64) (*computetypes.QueryTaskResponse, error) {
	return call(ctx, c, fmt.Sprintf("ask for task %d", id), c.compute.Task, &computetypes.QueryTaskRequest{TaskId: id})
}

// TaskByClientRef finds a task by its requester's own name for it; ErrNotFound if there is none.
func (c *Client) TaskByClientRef(ctx context.Context, requester, ref string) (computetypes.Task, error) {
	res, err := call(ctx, c, "ask for task "+ref, c.compute.TaskByClientRef, &computetypes.QueryTaskByClientRefRequest{Requester: requester, ClientRef: ref})
	if err != nil {
		return computetypes.Task{}, err
	}
	return res.Task, nil
}

// TasksByStatus lists one page of the tasks in a status, in order of what the chain looks at next: closed ones as they
// leave the state. key is nil for the first page, and next is nil after the last; a page may be empty and not the last.
func (c *Client) TasksByStatus(ctx context.Context, status computetypes.TaskStatus, key []byte) (tasks []computetypes.Task, next []byte, err error) {
	req := &computetypes.QueryTasksByStatusRequest{Status: status, Pagination: &query.PageRequest{Key: key, Limit: pageLimit}}
	res, err := call(ctx, c, "ask for tasks by status", c.compute.TasksByStatus, req)
	if err != nil {
		return nil, nil, err
	}
	if p := following(res.Pagination); p != nil {
		next = p.Key
	}
	return res.Tasks, next, nil
}

// Screen tells who would match a task and why the others would not, by offer position. A max_price of zero
// screens without a ceiling. It costs nothing.
func (c *Client) Screen(ctx context.Context, terms computetypes.TaskTerms, inputTokens uint32) ([]computetypes.Screened, error) {
	var out []computetypes.Screened
	page := &query.PageRequest{Limit: pageLimit}
	for {
		res, err := call(ctx, c, "screen the task", c.compute.ScreenTask, &computetypes.QueryScreenTaskRequest{Requester: c.addr, Terms: terms, InputTokens: inputTokens, Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Screened...)
		if page = following(res.Pagination); page == nil {
			return out, nil
		}
	}
}

// following is the request for the page after, nil at the end.
func following(p *query.PageResponse) *query.PageRequest {
	if p == nil || len(p.NextKey) == 0 {
		return nil
	}
	return &query.PageRequest{Key: p.NextKey, Limit: pageLimit}
}

// ComputeParams returns the parameters of x/compute.
func (c *Client) ComputeParams(ctx context.Context) (computetypes.Params, error) {
	res, err := call(ctx, c, "ask for the parameters", c.compute.Params, &computetypes.QueryParamsRequest{})
	if err != nil {
		return computetypes.Params{}, err
	}
	return res.Params, nil
}
