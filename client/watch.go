package client

import (
	"context"
	"errors"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// TaskState is what a task looked like after a block.
type TaskState struct {
	View   *computetypes.QueryTaskResponse
	Height uint64 // of the block after which it was seen; a lower bound when blocks were missed
	// Committed and Revealed count seats of the round under way, or of the last one; Seats is its size.
	Committed, Revealed, Seats int
	// Err ends the watch: the task is gone, or the context ended. View is then nil.
	Err error
}

// Status is the status to show, refined by the round under way.
func (s TaskState) Status() computetypes.TaskStatus {
	if p := s.View.Progress.Status; p != computetypes.TASK_STATUS_UNSPECIFIED {
		return p
	}
	return s.View.Task.Status
}

// Closed says that nothing more will happen to the task's result or money.
func (s TaskState) Closed() bool { return IsClosed(s.View.Task.Status) }

// IsClosed says whether a status is the last one. A settled result can still be overturned by a challenge.
func IsClosed(s computetypes.TaskStatus) bool {
	switch s {
	case computetypes.TASK_STATUS_SETTLED, computetypes.TASK_STATUS_REFUNDED, computetypes.TASK_STATUS_OVERTURNED:
		return true
	}
	return false
}

// WatchTask tells each change of a task, the present state first, until it is closed or ctx ends; then the
// channel closes. The last state is either closed or has Err. A node that goes away is waited for.
func (c *Client) WatchTask(ctx context.Context, id uint64) <-chan TaskState {
	out := make(chan TaskState)
	go func() {
		defer close(out)
		c.watchTask(ctx, id, func(s TaskState) bool {
			select {
			case out <- s:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return out
}

func (c *Client) watchTask(ctx context.Context, id uint64, tell func(TaskState) bool) {
	listen, cancel := context.WithCancel(ctx)
	defer cancel()
	var last TaskState
	for height := range c.blocks.subscribe(listen) {
		view, err := c.Task(ctx, id)
		if errors.Is(err, ErrUnreachable) {
			continue
		}
		if err != nil {
			tell(TaskState{Height: height, Err: err})
			return
		}
		s := newTaskState(view, height)
		if last.View != nil && !changed(last, s) {
			continue
		}
		if !tell(s) || s.Closed() {
			return
		}
		last = s
	}
	tell(TaskState{Err: context.Cause(ctx)})
}

func newTaskState(view *computetypes.QueryTaskResponse, height uint64) TaskState {
	s := TaskState{View: view, Height: height}
	var round uint32
	for _, seat := range view.Progress.Seats {
		if seat.Round > round {
			round = seat.Round
		}
	}
	for _, seat := range view.Progress.Seats {
		if seat.Round != round {
			continue
		}
		s.Seats++
		if seat.Committed {
			s.Committed++
		}
		if seat.Revealed {
			s.Revealed++
		}
	}
	return s
}

func changed(a, b TaskState) bool {
	return a.Status() != b.Status() || a.View.Task.Status != b.View.Task.Status || a.View.Task.Round != b.View.Task.Round ||
		a.Committed != b.Committed || a.Revealed != b.Revealed || a.Seats != b.Seats ||
		a.View.Task.NextHeight != b.View.Task.NextHeight
}
