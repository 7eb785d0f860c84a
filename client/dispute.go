package client

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/canon/step"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// Turn names a move that is due: its dispute, and how many moves were made before it.
type Turn struct {
	Dispute uint64
	Move    uint32
}

// Opening is what a solver binds itself to: the root of its trace, the paths of the first and the last leaf, and the
// children of the top.
type Opening struct {
	Root                  step.Hash
	First, Last, Children []step.Hash
}

// OpenDispute challenges a seat of a settled task; the client's account stakes as much as the seat's lien and pays a
// fee. It returns the dispute, and IMPOSSIBLE when it was won at once. When the client's account has challenged this
// seat before, nothing is sent in vain: the first dispute is returned, with no transaction.
func (c *Client) OpenDispute(ctx context.Context, task uint64, solver string) (*attesttypes.MsgOpenDisputeResponse, Tx, error) {
	tx, err := c.send(ctx, 0, &attesttypes.MsgOpenDispute{Challenger: c.addr, TaskId: task, Solver: solver})
	if errors.Is(err, attesttypes.ErrAlreadyChallenged) {
		first, lookErr := c.challengeOf(ctx, task, solver)
		if lookErr != nil || first == nil {
			return nil, Tx{}, errors.Join(err, lookErr)
		}
		return first, Tx{}, nil
	}
	if err != nil {
		return nil, Tx{}, err
	}
	res := new(attesttypes.MsgOpenDisputeResponse)
	return res, tx, c.response(tx, res)
}

// challengeOf finds the client's own challenge of a seat, nil if there is none.
func (c *Client) challengeOf(ctx context.Context, task uint64, solver string) (*attesttypes.MsgOpenDisputeResponse, error) {
	all, err := c.Disputes(ctx, task)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.Solver == solver && d.Challenger == c.addr {
			return &attesttypes.MsgOpenDisputeResponse{DisputeId: d.Id, End: d.End}, nil
		}
	}
	return nil, nil
}

// PostTrace binds the client's account, the solver, to a trace; free when due.
func (c *Client) PostTrace(ctx context.Context, at Turn, o Opening) (Tx, error) {
	return c.move(ctx, at, attesttypes.DISPUTE_MOVE_KIND_TRACE, &attesttypes.MsgPostTrace{
		Solver: c.addr, DisputeId: at.Dispute, Move: at.Move,
		Root: o.Root[:], First: flat(o.First), Last: flat(o.Last), Children: flat(o.Children),
	})
}

// ChooseChild names the leftmost child that differs from the challenger's own; free when due.
func (c *Client) ChooseChild(ctx context.Context, at Turn, index uint32) (Tx, error) {
	return c.move(ctx, at, attesttypes.DISPUTE_MOVE_KIND_CHOICE,
		&attesttypes.MsgChooseChild{Challenger: c.addr, DisputeId: at.Dispute, Move: at.Move, Index: index})
}

// PostChildren shows the children of the chosen node; free when due.
func (c *Client) PostChildren(ctx context.Context, at Turn, children []step.Hash) (Tx, error) {
	return c.move(ctx, at, attesttypes.DISPUTE_MOVE_KIND_CHILDREN,
		&attesttypes.MsgPostChildren{Solver: c.addr, DisputeId: at.Dispute, Move: at.Move, Children: flat(children)})
}

// PostChunk shows the bytes of the chosen chunk; free when due.
func (c *Client) PostChunk(ctx context.Context, at Turn, data []byte) (Tx, error) {
	return c.move(ctx, at, attesttypes.DISPUTE_MOVE_KIND_CHUNK,
		&attesttypes.MsgPostChunk{Solver: c.addr, DisputeId: at.Dispute, Move: at.Move, Data: data})
}

// PostStep has the chain compute one step, encoded by package canon/step; free when due.
func (c *Client) PostStep(ctx context.Context, at Turn, encoded []byte) (Tx, error) {
	return c.move(ctx, at, attesttypes.DISPUTE_MOVE_KIND_STEP,
		&attesttypes.MsgPostStep{Challenger: c.addr, DisputeId: at.Dispute, Move: at.Move, Step: encoded})
}

// move sends a move without a fee, with exactly the gas that the chain's law asks for. A move that an earlier call or process has brought into a block already is a
// success, without a transaction. When the chain's law of free gas has changed, it pays.
func (c *Client) move(ctx context.Context, at Turn, kind attesttypes.DisputeMoveKind, msg sdk.Msg) (Tx, error) {
	tx, err := c.send(ctx, attesttypes.FreeMoveGas(msg), msg)
	if isFreeGas(err) {
		tx, err = c.send(ctx, 0, msg)
	}
	if err == nil || !isOutOfTurn(err) {
		return tx, err
	}
	height, landed, lookErr := c.hasMoved(ctx, at, kind)
	if lookErr != nil || !landed {
		return tx, errors.Join(err, lookErr)
	}
	return Tx{Height: height}, nil
}

// isOutOfTurn says whether a refusal may mean that the move was made before.
func isOutOfTurn(err error) bool {
	return errors.Is(err, attesttypes.ErrMoveNotDue) || errors.Is(err, attesttypes.ErrNotYourMove) || errors.Is(err, attesttypes.ErrDisputeResolved)
}

// hasMoved looks whether the move is in the dispute's record. Only one account may make a move, so it is ours.
func (c *Client) hasMoved(ctx context.Context, at Turn, kind attesttypes.DisputeMoveKind) (height uint64, landed bool, err error) {
	res, err := c.Dispute(ctx, at.Dispute)
	if err != nil || uint64(at.Move) >= uint64(len(res.Dispute.Moves)) {
		return 0, false, err
	}
	m := res.Dispute.Moves[at.Move]
	return m.Height, m.Kind == kind, nil
}

// flat joins hashes as messages carry them.
func flat(hashes []step.Hash) []byte {
	out := make([]byte, 0, len(step.Hash{})*len(hashes))
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// Hashes cuts a list as messages and state carry it; an error unless it is a multiple of 32 bytes.
func Hashes(list []byte) ([]step.Hash, error) {
	const size = len(step.Hash{})
	if len(list)%size != 0 {
		return nil, fmt.Errorf("expected hashes of %d bytes, got %d bytes", size, len(list))
	}
	out := make([]step.Hash, len(list)/size)
	for i := range out {
		out[i] = step.Hash(list[size*i:])
	}
	return out, nil
}

// Dispute returns a dispute with what was shown in it; ErrNotFound once its task is pruned.
func (c *Client) Dispute(ctx context.Context, id uint64) (*attesttypes.QueryDisputeResponse, error) {
	return call(ctx, c, fmt.Sprintf("ask for dispute %d", id), c.attest.Dispute, &attesttypes.QueryDisputeRequest{DisputeId: id})
}

// DisputesOf lists the unresolved disputes of one party, solver or challenger, oldest first.
func (c *Client) DisputesOf(ctx context.Context, party string) ([]attesttypes.Dispute, error) {
	var out []attesttypes.Dispute
	page := &query.PageRequest{Limit: pageLimit}
	for {
		res, err := call(ctx, c, "ask for the disputes of "+party, c.attest.DisputesOf, &attesttypes.QueryDisputesOfRequest{Party: party, Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Disputes...)
		if page = following(res.Pagination); page == nil {
			return out, nil
		}
	}
}

// Disputes lists all disputes about one task, oldest first.
func (c *Client) Disputes(ctx context.Context, task uint64) ([]attesttypes.Dispute, error) {
	var out []attesttypes.Dispute
	page := &query.PageRequest{Limit: pageLimit}
	for {
		res, err := call(ctx, c, fmt.Sprintf("ask for the disputes about task %d", task), c.attest.Disputes, &attesttypes.QueryDisputesRequest{TaskId: task, Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Disputes...)
		if page = following(res.Pagination); page == nil {
			return out, nil
		}
	}
}

// Case returns the case of a task that the referee works on; ErrNotFound if there is none.
func (c *Client) Case(ctx context.Context, task uint64) (attesttypes.Case, error) {
	res, err := call(ctx, c, fmt.Sprintf("ask for the case of task %d", task), c.attest.Case, &attesttypes.QueryCaseRequest{TaskId: task})
	if err != nil {
		return attesttypes.Case{}, err
	}
	return res.Case, nil
}
