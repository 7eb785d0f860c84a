package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/aichain/aichain/x/attest/keeper"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// fakeNode plays a node with one account: it checks sequences as a mempool does and makes a block on demand.
type fakeNode struct {
	t   testing.TB
	enc encoding

	mu        sync.Mutex
	committed uint64 // sequence as of the last block
	pending   uint64 // sequence the mempool expects
	h         uint64
	mempool   []string // hashes
	raws      [][]byte // all that was broadcast
	data      string   // hex answer of every included transaction
	blocks    map[string]*sdk.TxResponse
	price     uint64
	gas       uint64

	onBroadcast []func(tx sdk.Tx) error // one for each of the next broadcasts; nil accepts
	fees        []sdk.Coins
	sequences   []uint64
	simulated   int
	onSimulate  []error // one for each of the next simulations
}

func (n *fakeNode) account(context.Context, string) (number, sequence uint64, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return 7, n.committed, nil
}

func (n *fakeNode) simulate(context.Context, []byte) (uint64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.simulated++
	if len(n.onSimulate) > 0 {
		err := n.onSimulate[0]
		n.onSimulate = n.onSimulate[1:]
		return 0, err
	}
	return n.gas, nil
}

func (n *fakeNode) broadcast(_ context.Context, raw []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	tx, err := n.enc.tx.TxDecoder()(raw)
	require.NoError(n.t, err)
	if len(n.onBroadcast) > 0 {
		f := n.onBroadcast[0]
		n.onBroadcast = n.onBroadcast[1:]
		if f != nil {
			if err := f(tx); err != nil {
				return err
			}
		}
	}
	if timeout := tx.(sdk.TxWithTimeoutHeight).GetTimeoutHeight(); n.h > timeout {
		return newChainError(sdkerrors.RootCodespace, 30, "tx timeout height", "")
	}
	sigs, err := tx.(authsigning.SigVerifiableTx).GetSignaturesV2()
	require.NoError(n.t, err)
	if got := sigs[0].Sequence; got != n.pending {
		return newChainError(sdkerrors.RootCodespace, 32, fmt.Sprintf("account sequence mismatch, expected %d, got %d: incorrect account sequence", n.pending, got), "")
	}
	n.sequences = append(n.sequences, n.pending)
	n.fees = append(n.fees, tx.(sdk.FeeTx).GetFee())
	n.pending++
	n.mempool = append(n.mempool, fmt.Sprintf("%X", hashOf(raw)))
	n.raws = append(n.raws, raw)
	return nil
}

func (n *fakeNode) included(_ context.Context, hash string) (*sdk.TxResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if res, ok := n.blocks[hash]; ok {
		return res, nil
	}
	return nil, ErrNotFound
}

// block includes all of the mempool; code fails the transactions.
func (n *fakeNode) block(code uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.h++
	for _, hash := range n.mempool {
		n.blocks[hash] = &sdk.TxResponse{Height: int64(n.h), Code: code, Codespace: sdkerrors.RootCodespace, RawLog: "as told", Data: n.data}
	}
	n.mempool, n.committed = nil, n.pending
}

// drop loses the mempool.
func (n *fakeNode) drop() { n.mu.Lock(); n.mempool, n.pending = nil, n.committed; n.mu.Unlock() }

func (n *fakeNode) height(context.Context) (uint64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.h, nil
}

func (n *fakeNode) gasPrice(context.Context) (uint64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.price, nil
}

func (n *fakeNode) chainID(context.Context) (string, error) { return "aichain-test-1", nil }

func newTestClient(t testing.TB) (*Client, *fakeNode) {
	enc, err := newEncoding()
	require.NoError(t, err)
	kr := keyring.NewInMemory(enc.cdc)
	addr, _, err := NewKey(kr, "me")
	require.NoError(t, err)
	cfg := Config{GRPC: "x", Keyring: kr, Key: "me", ChainID: "aichain-test-1", InclusionBlocks: 3, PollInterval: 5 * time.Millisecond}.withDefaults()
	n := &fakeNode{t: t, enc: enc, h: 10, committed: 4, pending: 4, blocks: map[string]*sdk.TxResponse{}, price: 25, gas: 100_000}
	c := &Client{cfg: cfg, enc: enc, node: n, addr: addr, chain: cfg.ChainID, blocks: newBlockHub(cfg, n.height)}
	c.waiting = func(context.Context) ([][]byte, error) { n.mu.Lock(); defer n.mu.Unlock(); return n.raws, nil }
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, n
}

// running makes blocks until the test ends.
func (n *fakeNode) running(t testing.TB) {
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
				n.block(0)
			}
		}
	}()
}

func TestManyTransactionsShareABlockInOrder(t *testing.T) {
	c, n := newTestClient(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := c.CancelTask(t.Context(), 1)
			require.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.sequences) == 8 }, 5*time.Second, time.Millisecond)
	n.block(0)
	wg.Wait()
	require.Equal(t, []uint64{4, 5, 6, 7, 8, 9, 10, 11}, n.sequences)
	require.Equal(t, "3250uaic", n.fees[0].String(), "130 000 gas at 25 per 1 000")
}

func TestSendRecovers(t *testing.T) {
	refuse := func(code uint32, log string) func(sdk.Tx) error {
		return func(sdk.Tx) error { return newChainError(sdkerrors.RootCodespace, code, log, "") }
	}
	race := refuse(32, "account sequence mismatch, expected 4, got 3: incorrect account sequence")
	away := func(sdk.Tx) error { return &Error{Op: "x", Err: ErrUnreachable} }
	for name, c := range map[string]struct {
		first []func(sdk.Tx) error
		setUp func(*Client, *fakeNode)
	}{
		"sequence lost to another program, again and again": {first: []func(sdk.Tx) error{
			race, race, race, race, race, race, race, race, race, race, race, race,
		}},
		"sequence behind the mempool": {setUp: func(_ *Client, n *fakeNode) { n.pending = 6 }},
		"mempool full":                {first: []func(sdk.Tx) error{refuse(20, "mempool is full")}},
		"fee too low":                 {first: []func(sdk.Tx) error{refuse(13, "insufficient fee")}},
		"node away for a moment":      {first: []func(sdk.Tx) error{away, away}},
		"simulated within a block": {setUp: func(_ *Client, n *fakeNode) {
			n.onSimulate = []error{newChainError(rewardtypes.ModuleName, rewardtypes.ErrEscrowExists.ABCICode(), "task 7", "")}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			cl, n := newTestClient(t)
			n.onBroadcast = c.first
			if c.setUp != nil {
				c.setUp(cl, n)
			}
			n.running(t)
			tx, err := cl.Drain(t.Context())
			require.NoError(t, err)
			require.NotZero(t, tx.Height)
			require.Len(t, n.sequences, 1)
		})
	}
}

func TestRefusalsAreTypedAndFinal(t *testing.T) {
	c, n := newTestClient(t)
	n.onBroadcast = []func(sdk.Tx) error{func(sdk.Tx) error {
		return newChainError(computetypes.ModuleName, computetypes.ErrCannotCancel.ABCICode(), "matched", "")
	}}
	_, err := c.CancelTask(t.Context(), 1)
	require.ErrorIs(t, err, computetypes.ErrCannotCancel)
	var refused *ChainError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, computetypes.ModuleName, refused.Codespace)
	require.Empty(t, refused.TxHash)
	require.Empty(t, n.sequences, "one try")
}

func TestFailureInABlockHasItsHash(t *testing.T) {
	c, n := newTestClient(t)
	done := make(chan error, 1)
	go func() { _, err := c.Drain(t.Context()); done <- err }()
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.mempool) == 1 }, 5*time.Second, time.Millisecond)
	n.block(5)
	err := <-done
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFunds)
	var refused *ChainError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.TxHash, 64)
	require.Equal(t, nextNoFunds, Next(err))
}

// A transaction that the mempool loses is signed anew only when the first can never be included.
func TestLostTransactionIsSentAgainAfterItsTimeout(t *testing.T) {
	c, n := newTestClient(t)
	done := make(chan error, 1)
	go func() { _, err := c.Drain(t.Context()); done <- err }()
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.mempool) == 1 }, 5*time.Second, time.Millisecond)
	n.drop()
	for range 5 {
		n.block(0)
	}
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.mempool) == 1 }, 5*time.Second, time.Millisecond)
	n.block(0)
	require.NoError(t, <-done)
	require.Equal(t, []uint64{4, 4}, n.sequences)
}

// When the answer to a broadcast is lost the same bytes are waited for, never others.
func TestLostAnswerNeverPaysTwice(t *testing.T) {
	c, n := newTestClient(t)
	lost := func(sdk.Tx) error { return &Error{Op: "x", Err: ErrUnreachable} }
	n.onBroadcast = []func(sdk.Tx) error{lost, lost, lost} // all tries of one broadcast
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { _, err := c.Drain(ctx); done <- err }()
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.onBroadcast) == 0 }, 3*time.Second, time.Millisecond)
	require.Empty(t, n.sequences)
	for range 6 { // it can never be included now
		n.block(0)
	}
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.mempool) == 1 }, 3*time.Second, time.Millisecond)
	n.block(0)
	require.NoError(t, <-done)
	require.Len(t, n.sequences, 1)
}

func TestSeatMessagesAreFreeAndNotSimulated(t *testing.T) {
	c, n := newTestClient(t)
	n.running(t)
	_, err := c.Commit(t.Context(), []attesttypes.Commit{{TaskId: 1, Commitment: make([]byte, 32)}})
	require.NoError(t, err)
	_, err = c.Reveal(t.Context(), []attesttypes.Reveal{{TaskId: 1, Salt: make([]byte, 32), Output: []uint32{1, 2}, Stop: 1}})
	require.NoError(t, err)
	require.Zero(t, n.simulated)
	for _, fee := range n.fees {
		require.True(t, fee.IsZero())
	}
}

// The chain refuses a free message that asks for more gas than it allows; asking for less might not be enough.
func TestSeatGasIsWhatTheChainAllows(t *testing.T) {
	var k *keeper.Keeper
	for items := 1; items <= 100; items *= 10 {
		require.Equal(t, k.FreeSeatGas(&attesttypes.MsgCommitResult{Commits: make([]attesttypes.Commit, items)}), seatGas(items, 0))
		reveals := make([]attesttypes.Reveal, items)
		reveals[0].Output = make([]uint32, 33)
		require.Equal(t, k.FreeSeatGas(&attesttypes.MsgRevealResult{Reveals: reveals}), seatGas(items, 33))
	}
}

func TestFeesRoundUpAndDoNotOverflow(t *testing.T) {
	require.EqualValues(t, 1, feeFor(1, 1))
	require.EqualValues(t, 1, feeFor(1_000, 1))
	require.EqualValues(t, 2, feeFor(1_001, 1))
	require.EqualValues(t, 0, feeFor(1_000_000, 0))
	require.EqualValues(t, uint64(1<<64-1), feeFor(1<<63, 1<<40))
	require.EqualValues(t, 130, withMargin(100, 3_000))
	require.EqualValues(t, 2, withMargin(1, 1))
	require.EqualValues(t, uint64(1<<64-1), withMargin(1<<63, 10_000))
}

func TestKeysSayWhatIsThere(t *testing.T) {
	kr, err := OpenKeyring("memory", "", nil)
	require.NoError(t, err)
	_, err = KeyAddress(kr, "me")
	require.ErrorIs(t, err, ErrNoKey)
	require.Contains(t, Next(err), "keyring is empty")
	addr, words, err := NewKey(kr, "other")
	require.NoError(t, err)
	require.Equal(t, Bech32Prefix, addr[:3])
	_, err = KeyAddress(kr, "me")
	require.Contains(t, Next(err), "other")
	again, err := RestoreKey(kr, "copy", words)
	if err == nil { // the keyring may refuse a second name for one address
		require.Equal(t, addr, again)
	}
	_, err = New(Config{GRPC: "x", Keyring: kr, Key: "me"})
	require.ErrorIs(t, err, ErrNoKey)
	_, err = New(Config{})
	require.Error(t, err)
}

func TestPickModel(t *testing.T) {
	a, b, old := computetypes.Model{Id: []byte{1}}, computetypes.Model{Id: []byte{2}}, computetypes.Model{Id: []byte{3}, Deprecated: true}
	got, err := pickModel("m", []computetypes.Model{old, b})
	require.NoError(t, err)
	require.Equal(t, b, got)
	_, err = pickModel("m", []computetypes.Model{a, b})
	require.ErrorIs(t, err, ErrBadRequest)
	_, err = pickModel("m", []computetypes.Model{old})
	require.ErrorIs(t, err, ErrNotFound)
	_, err = pickModel("m", nil)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestBlocksAreToldOnceAndNewestFirst(t *testing.T) {
	var mu sync.Mutex
	height, isAway := uint64(5), false
	hub := newBlockHub(Config{PollInterval: time.Millisecond}, func(context.Context) (uint64, error) {
		mu.Lock()
		defer mu.Unlock()
		if isAway {
			return 0, errors.New("away")
		}
		return height, nil
	})
	defer hub.stop()
	ctx, cancel := context.WithCancel(t.Context())
	ch := hub.subscribe(ctx)
	require.EqualValues(t, 5, <-ch)
	late := hub.subscribe(t.Context())
	require.EqualValues(t, 5, <-late, "the present height comes first")
	mu.Lock()
	height = 9
	mu.Unlock()
	require.EqualValues(t, 9, <-ch)
	cancel()
	require.Eventually(t, func() bool { _, ok := <-ch; return !ok }, time.Second, time.Millisecond)
	mu.Lock()
	isAway, height = true, 10
	mu.Unlock()
	time.AfterFunc(20*time.Millisecond, func() { mu.Lock(); isAway = false; mu.Unlock() })
	require.Eventually(t, func() bool { return <-late == 10 }, 5*time.Second, time.Millisecond, "it comes back after the node does")
}

func TestGRPCErrorsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		code codes.Code
		text string
		want error
	}{
		{codes.Unavailable, "connection refused", ErrUnreachable},
		{codes.DeadlineExceeded, "late", ErrUnreachable},
		{codes.Unknown, "codespace sdk code 26: invalid height: " + startingUp + " (71)", ErrUnreachable},
		{codes.NotFound, "task 5", ErrNotFound},
		{codes.Unknown, "unknown task: not found", ErrNotFound},
		{codes.InvalidArgument, "bad page", ErrBadRequest},
		{codes.Unimplemented, "no such method", ErrBadRequest},
		{codes.Canceled, "cancelled", context.Canceled},
	} {
		require.ErrorIs(t, fromGRPC("ask", status.Error(c.code, c.text)), c.want, c.text)
	}
	require.NoError(t, fromGRPC("ask", nil))
}
