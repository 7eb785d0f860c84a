package receipt_test

import (
	"context"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client/receipt"
	"github.com/aichain/aichain/client/receipt/receipttest"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// node is the real application under signed headers.
type node struct {
	*receipttest.Headers
	w *kit.World
}

// newNode starts a market in which a settled task can be challenged for 10 blocks and is removed after 30.
func newNode(t *testing.T, providers int) *node {
	t.Helper()
	s := kit.DefaultSetup(providers)
	s.Compute = func(p *computetypes.Params) { p.ChallengeWindow, p.RetentionWindow = 10, 30 }
	w := kit.New(t, s)
	return &node{w: w, Headers: receipttest.New(t, w.ChainID(), int64(w.Height()), "a", "b", "c", "d")}
}

// do runs a block whose header carries the app hash of the state before it.
func (n *node) do(txs ...kit.Tx) kit.Block {
	n.w.TB.Helper()
	n.Next(n.w.Chain.AppHash())
	return n.w.Must(txs...)
}

func (n *node) until(height uint64) {
	n.w.TB.Helper()
	for n.w.Height() < height {
		n.do()
	}
}

func (n *node) ABCIQueryWithOptions(ctx context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error) {
	res, err := n.w.Chain.App.Query(ctx, &abci.RequestQuery{Path: path, Data: data, Height: opts.Height, Prove: opts.Prove})
	if err != nil {
		return nil, err
	}
	return &ctypes.ResultABCIQuery{Response: *res}, nil
}

// settle has a task posted, and answered by all of its seats as answer says.
func (n *node) settle(answer func(task uint64) kit.Answer) (task uint64, seats []string) {
	n.w.TB.Helper()
	n.do(kit.Tx{Msgs: []sdk.Msg{n.w.Post("alice", "alice", n.w.Terms(kit.TheModel, 1_000_000), computetypes.TaskInput{Tokens: []uint32{3, 4, 5}})}})
	task = 1
	for len(n.w.Rounds(task)) == 0 {
		n.do()
	}
	for _, s := range n.w.Round(task, 0).Seats {
		seats = append(seats, n.w.NameOf(s.Provider))
	}
	a := answer(task)
	var commits, reveals []kit.Tx
	for _, name := range seats {
		commits = append(commits, kit.Tx{Msgs: []sdk.Msg{n.w.Commit(name, a, task)}})
	}
	n.do(commits...)
	n.do()
	for _, name := range seats {
		reveals = append(reveals, kit.Tx{Msgs: []sdk.Msg{n.w.Reveal(name, a, true, task)}})
	}
	n.do(reveals...)
	require.Equal(n.w.TB, computetypes.TASK_STATUS_SETTLED, n.w.Task(task).Status)
	n.do()
	return task, seats
}

func (n *node) export(t *testing.T, task uint64) (receipt.Receipt, error) {
	t.Helper()
	return receipt.Export(context.Background(), n, task, receipt.ExportOptions{})
}

// verify checks a receipt under the hash of its own header.
func (n *node) verify(t *testing.T, r receipt.Receipt, o receipt.Options) (receipt.Statement, error) {
	t.Helper()
	trust, err := receipt.TrustHash(r.Height+1, n.Hash(r.Height+1))
	require.NoError(t, err)
	o.Now = n.Time.Add(time.Minute)
	return r.Verify(trust, o)
}

// TestReceiptOfARealTask follows an honest answer: challengeable, final, removed.
func TestReceiptOfARealTask(t *testing.T) {
	n := newNode(t, 5)
	task, seats := n.settle(func(id uint64) kit.Answer { return n.w.Right(id) })
	stored := n.w.Task(task)

	r, err := n.export(t, task)
	require.NoError(t, err)
	s, err := n.verify(t, r, receipt.Options{TaskID: task, ChainID: n.w.ChainID()})
	require.NoError(t, err)
	require.Equal(t, n.w.Right(task).Output, s.Output)
	require.Equal(t, stored.Input, s.Input)
	require.Equal(t, kit.TheModel, s.Model.Name)
	require.Len(t, s.Seats, len(seats))
	for _, seat := range s.Seats {
		require.True(t, seat.Stands)
		require.Equal(t, "right", seat.Outcome)
	}
	require.False(t, s.Final)
	require.Equal(t, stored.CloseHeight+10, s.ChallengeUntil)

	n.until(s.ChallengeUntil + 1)
	final, err := n.export(t, task)
	require.NoError(t, err)
	s, err = n.verify(t, final, receipt.Options{Final: true})
	require.NoError(t, err)
	require.True(t, s.Final)

	n.until(stored.NextHeight + 2)
	_, err = n.w.Look(task)
	require.Error(t, err, "the task is removed")
	_, err = n.export(t, task)
	require.ErrorIs(t, err, receipt.ErrNotFound)
	_, err = n.verify(t, final, receipt.Options{Final: true})
	require.NoError(t, err)
}

// TestReceiptOfAnOverturnedTask follows a lie of three colluding seats: a receipt taken before the challenge says that it
// can be challenged, one taken during it that it is, and none can be had of what is left.
func TestReceiptOfAnOverturnedTask(t *testing.T) {
	n := newNode(t, 5)
	task, seats := n.settle(func(id uint64) kit.Answer { return n.w.Impossible(id) })
	before, err := n.export(t, task)
	require.NoError(t, err)

	challenger := ""
	for _, name := range []string{"p1", "p2", "p3", "p4", "p5"} {
		if !slices.ContainsFunc(seats, func(seat string) bool { return n.w.Address(seat) == n.w.Address(name) }) {
			challenger = name
		}
	}
	var txs []kit.Tx
	for _, seat := range seats {
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{&attesttypes.MsgOpenDispute{Challenger: n.w.Address(challenger), TaskId: task, Solver: n.w.Address(seat)}}})
	}
	n.do(txs[0])
	n.do()
	during, err := n.export(t, task)
	require.NoError(t, err)
	s, err := n.verify(t, during, receipt.Options{})
	require.NoError(t, err)
	require.True(t, s.Disputed)
	require.False(t, s.Final)
	_, err = n.verify(t, during, receipt.Options{Final: true})
	require.ErrorIs(t, err, receipt.ErrNotFinal)

	n.do(txs[1:]...)
	n.do()
	_, err = n.export(t, task)
	require.ErrorIs(t, err, receipt.ErrNotSettled, "nobody stands for it, though it is overturned at the end of the window only")
	n.until(n.w.Task(task).CloseHeight + 13)
	require.Equal(t, computetypes.TASK_STATUS_OVERTURNED, n.w.Task(task).Status)
	_, err = n.export(t, task)
	require.ErrorIs(t, err, receipt.ErrNotSettled)
	require.ErrorContains(t, err, "OVERTURNED")
	_, err = n.verify(t, before, receipt.Options{Final: true})
	require.ErrorIs(t, err, receipt.ErrNotFinal)
}
