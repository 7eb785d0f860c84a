package receipt

import (
	"context"
	"errors"
	"fmt"
	"time"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	cmttypes "github.com/cometbft/cometbft/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// ExportOptions of Export; the zero value proves the newest state.
type ExportOptions struct {
	// Height of the state to prove; 0 for the newest whose header is there. The node must still keep that state.
	Height int64
	// TrustedHeight puts the header of that height into the receipt, and a way from it to the receipt's, for readers
	// who know its hash; 0 for none.
	TrustedHeight int64
}

// anyAge makes Export find a way from a trusted header of any age; the reader decides on it.
const anyAge = 100 * 365 * 24 * time.Hour

// Export makes the receipt of a settled task from a node's answers and verifies it, against the node's own header: a node
// that lies about the chain as a whole is found out by whoever verifies. It returns ErrNotFound for a task that is not in the
// state at that height, ErrNotSettled, the node's errors, and what Verify returns.
func Export(ctx context.Context, node Node, taskID uint64, o ExportOptions) (Receipt, error) {
	r := Receipt{Format: Format, TaskID: taskID, Height: o.Height}
	if r.Height == 0 {
		var err error
		if r.Height, err = newest(ctx, node, taskID); err != nil {
			return r, err
		}
	}
	block, lb, err := fetchBlock(ctx, node, r.Height+1)
	if err != nil {
		return r, err
	}
	r.ChainID, r.Blocks = lb.ChainID, []Block{block}
	if o.TrustedHeight > lb.Height {
		return r, refuse(ErrHeight, "trusted height", fmt.Sprintf("at most %d, the header of the receipt", lb.Height), fmt.Sprint(o.TrustedHeight))
	}
	if o.TrustedHeight != 0 && o.TrustedHeight < lb.Height {
		if r.Blocks, err = way(ctx, node, o.TrustedHeight, lb, block); err != nil {
			return r, err
		}
	}
	if err := r.fetchRecords(ctx, node); err != nil {
		return r, err
	}
	trust, err := TrustHash(lb.Height, lb.Hash())
	if err != nil {
		return r, err
	}
	_, err = r.Verify(trust, Options{})
	return r, err
}

// newest is the last height whose app hash is in a header. If the task was settled in the block after it, that is
// waited for: whoever has just got an answer wants its receipt.
func newest(ctx context.Context, node Node, taskID uint64) (int64, error) {
	last, err := lastHeight(ctx, node)
	if err != nil {
		return 0, err
	}
	before, err := statusAt(ctx, node, taskID, last-1)
	if err != nil || before == computetypes.TASK_STATUS_SETTLED {
		return last - 1, err
	}
	now, err := statusAt(ctx, node, taskID, last)
	if err != nil || now != computetypes.TASK_STATUS_SETTLED {
		return last - 1, err
	}
	for range nextBlockTries {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(nextBlockPause):
		}
		height, err := lastHeight(ctx, node)
		if err != nil || height > last {
			return last, err
		}
	}
	return 0, refuse(ErrHeight, "the chain", fmt.Sprintf("a block after %d, in which the task was settled", last), "none in time")
}

// The wait for the next block.
const (
	nextBlockTries = 100
	nextBlockPause = 200 * time.Millisecond
)

// lastHeight is the height of a node's last block.
func lastHeight(ctx context.Context, node Node) (int64, error) {
	last, err := node.Commit(ctx, nil)
	if err != nil {
		return 0, err
	}
	if last.Header == nil || last.Height < 3 { // nodes prove nothing at height 1
		return 0, refuse(ErrHeight, "the chain", "three blocks", "less")
	}
	return last.Height, nil
}

// statusAt is the status of a task in the state of a height, not proved; unspecified if it is not there.
func statusAt(ctx context.Context, node Node, taskID uint64, height int64) (computetypes.TaskStatus, error) {
	res, err := node.ABCIQueryWithOptions(ctx, "/store/"+computetypes.StoreKey+"/key", TaskKey(taskID), rpcclient.ABCIQueryOptions{Height: height})
	if err != nil {
		return 0, err
	}
	var task computetypes.Task
	err = task.Unmarshal(res.Response.Value)
	return task.Status, err
}

// fetchRecords fills in the records of the task.
func (r *Receipt) fetchRecords(ctx context.Context, node Node) error {
	var task computetypes.Task
	var err error
	if r.Compute.Task, r.Compute.Proof, err = r.query(ctx, node, computetypes.StoreKey, TaskKey(r.TaskID)); err != nil {
		return err
	}
	if len(r.Compute.Task.Value) == 0 {
		return fmt.Errorf("task %d: %w at height %d: it was never posted or has been removed; name a --height at which it was there, and a node that keeps it", r.TaskID, ErrNotFound, r.Height)
	}
	if err := unmarshal(ErrMalformed, "the task", r.Compute.Task.Value, &task); err != nil {
		return err
	}
	if task.Status != computetypes.TASK_STATUS_SETTLED {
		return refuse(ErrNotSettled, fmt.Sprintf("task %d at height %d", r.TaskID, r.Height), "a settled task", unsettled(&task))
	}
	if r.Compute.Model, _, err = r.query(ctx, node, computetypes.StoreKey, ModelKey(task.Terms.ModelId)); err != nil {
		return err
	}
	if r.Attest.Case, r.Attest.Proof, err = r.query(ctx, node, attesttypes.StoreKey, CaseKey(r.TaskID)); err != nil {
		return err
	}
	for number := uint32(0); number <= task.Round && number < MaxRounds; number++ {
		rec, _, err := r.query(ctx, node, attesttypes.StoreKey, RoundKey(r.TaskID, number))
		if err != nil {
			return err
		}
		r.Attest.Rounds = append(r.Attest.Rounds, rec)
	}
	return nil
}

// query reads one record with its proof, and the proof of its store.
func (r *Receipt) query(ctx context.Context, node Node, store string, key []byte) (rec Record, storeProof []byte, err error) {
	res, err := node.ABCIQueryWithOptions(ctx, "/store/"+store+"/key", key, rpcclient.ABCIQueryOptions{Height: r.Height, Prove: true})
	if err != nil {
		return rec, nil, err
	}
	q := res.Response
	if q.Code != 0 {
		return rec, nil, fmt.Errorf("read the state of height %d: %s/%d: %s", r.Height, q.Codespace, q.Code, q.Log)
	}
	if q.Height != r.Height {
		return rec, nil, refuse(ErrHeight, "the node's answer", fmt.Sprint(r.Height), fmt.Sprint(q.Height))
	}
	if q.ProofOps == nil || len(q.ProofOps.Ops) != 2 {
		return rec, nil, refuse(ErrProof, "the node's answer", "two proofs; the node keeps the state of the height no more if there is none", fmt.Sprint(q.Log))
	}
	inStore, ofStore := q.ProofOps.Ops[0], q.ProofOps.Ops[1]
	if inStore.Type != storetypes.ProofOpIAVLCommitment || ofStore.Type != storetypes.ProofOpSimpleMerkleCommitment {
		return rec, nil, refuse(ErrProof, "the node's answer", "an IAVL proof in a simple one", inStore.Type+" in "+ofStore.Type)
	}
	return Record{Value: q.Value, Proof: inStore.Data}, ofStore.Data, nil
}

// way finds blocks from the one at a height to the last, such that each vouches for the next: first in one step, then
// halving the distance where too few of the validators are the same. It returns them with the last.
func way(ctx context.Context, node Node, height int64, last *cmttypes.LightBlock, lastBlock Block) ([]Block, error) {
	first, from, err := fetchBlock(ctx, node, height)
	if err != nil {
		return nil, err
	}
	out := []Block{first}
	type goal struct {
		lb *cmttypes.LightBlock
		b  Block
	}
	for goals := []goal{{last, lastBlock}}; len(goals) > 0; {
		to := goals[len(goals)-1]
		err := step(from, to.lb, anyAge, last.Time)
		if err == nil {
			out, from, goals = append(out, to.b), to.lb, goals[:len(goals)-1]
			continue
		}
		middle := from.Height + (to.lb.Height-from.Height)/2
		if !errors.Is(err, ErrUntrusted) || middle == from.Height || len(out)+len(goals) >= MaxBlocks {
			return nil, err
		}
		b, lb, err := fetchBlock(ctx, node, middle)
		if err != nil {
			return nil, err
		}
		goals = append(goals, goal{lb, b})
	}
	return out, nil
}
