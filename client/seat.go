package client

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/cosmos/cosmos-sdk/types/query"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// roundQueries is how many rounds are asked for at once.
const roundQueries = 8

// Seat is the client's place in the present round of a task.
type Seat struct {
	Task  computetypes.Task
	Round attesttypes.Round
	Index int // in Round.Seats
}

// Mine is the seat's own record.
func (s Seat) Mine() attesttypes.Seat { return s.Round.Seats[s.Index] }

// Commit sends commitments of many seats of the client's account; free once per seat.
func (c *Client) Commit(ctx context.Context, commits []attesttypes.Commit) (Tx, error) {
	return c.send(ctx, seatGas(len(commits), 0), &attesttypes.MsgCommitResult{Provider: c.addr, Commits: commits})
}

// Reveal opens commitments of many seats of the client's account; free once per seat.
func (c *Client) Reveal(ctx context.Context, reveals []attesttypes.Reveal) (Tx, error) {
	tokens := 0
	for _, r := range reveals {
		tokens += len(r.Output)
	}
	return c.send(ctx, seatGas(len(reveals), tokens), &attesttypes.MsgRevealResult{Provider: c.addr, Reveals: reveals})
}

// OpenSeats lists the client's seats in rounds that are under way, newest block of the match first.
func (c *Client) OpenSeats(ctx context.Context) ([]Seat, error) {
	tasks, err := c.openTasks(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]*Seat, len(tasks))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(roundQueries)
	for i, t := range tasks {
		group.Go(func() error {
			r, err := c.Round(inner, t.Id, t.Round)
			if errors.Is(err, ErrNotFound) {
				return nil // closed or moved on since the list was made
			}
			if err != nil {
				return err
			}
			if at := seatOf(r, c.addr); at >= 0 {
				found[i] = &Seat{Task: t, Round: r, Index: at}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []Seat
	for _, s := range found {
		if s != nil {
			out = append(out, *s)
		}
	}
	return out, nil
}

func seatOf(r attesttypes.Round, addr string) int {
	for i, s := range r.Seats {
		if s.Provider == addr {
			return i
		}
	}
	return -1
}

func (c *Client) openTasks(ctx context.Context) ([]computetypes.Task, error) {
	var out []computetypes.Task
	page := &query.PageRequest{Limit: pageLimit}
	for {
		res, err := call(ctx, c, "ask for open seats", c.compute.TasksByProvider, &computetypes.QueryTasksByProviderRequest{Provider: c.addr, OpenOnly: true, Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Tasks...)
		if page = following(res.Pagination); page == nil {
			return out, nil
		}
	}
}

// Round returns one round of a task; ErrNotFound before the match and after pruning.
func (c *Client) Round(ctx context.Context, task uint64, round uint32) (attesttypes.Round, error) {
	res, err := call(ctx, c, fmt.Sprintf("ask for round %d of task %d", round, task), c.attest.Round, &attesttypes.QueryRoundRequest{TaskId: task, Round: round})
	if err != nil {
		return attesttypes.Round{}, err
	}
	return res.Round, nil
}

// Rounds lists all rounds of a task in order.
func (c *Client) Rounds(ctx context.Context, task uint64) ([]attesttypes.Round, error) {
	res, err := call(ctx, c, fmt.Sprintf("ask for the rounds of task %d", task), c.attest.Rounds, &attesttypes.QueryRoundsRequest{TaskId: task})
	if err != nil {
		return nil, err
	}
	return res.Rounds, nil
}

// AttestParams returns the parameters of x/attest.
func (c *Client) AttestParams(ctx context.Context) (attesttypes.Params, error) {
	res, err := call(ctx, c, "ask for the parameters", c.attest.Params, &attesttypes.QueryParamsRequest{})
	if err != nil {
		return attesttypes.Params{}, err
	}
	return res.Params, nil
}
