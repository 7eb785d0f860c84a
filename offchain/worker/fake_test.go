package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const (
	testChain = "aichain-test-1"
	// longWindow never ends: a test in which every seat must be served does not depend on how fast the machine is.
	longWindow = uint64(1 << 40)
	// shortWindow is for the tests in which the worker must not, or cannot, act before the deadline.
	shortWindow = uint64(40)
)

var (
	testModel = [32]byte{1, 2, 3}
	errAway   = &client.Error{Op: "ask", Err: client.ErrUnreachable}
)

func testAddress(t testing.TB) string {
	addr, err := client.AddressText(bytes.Repeat([]byte{7}, 20))
	require.NoError(t, err)
	return addr
}

// bomb kills an incarnation of the worker at its n-th effect: nothing that it does afterwards has any.
type bomb struct {
	mu      sync.Mutex
	left    int  // effects until it goes off; 0 never
	isAfter bool // the fatal effect itself still happens
	dead    bool
	kill    context.CancelFunc
}

var errDead = errors.New("this process was killed")

// effect runs do unless the process is dead, and may kill it before or after.
func (b *bomb) effect(do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead {
		return errDead
	}
	if b.left--; b.left != 0 {
		return do()
	}
	b.dead = true
	b.kill()
	if b.isAfter {
		_ = do() // its result never reaches the dead
	}
	return errDead
}

// bombedJournal and bombedChain are the two places where a worker has effects.
type bombedJournal struct {
	Journal
	b *bomb
}

func (j bombedJournal) Put(records ...Record) error {
	return j.b.effect(func() error { return j.Journal.Put(records...) })
}

type bombedChain struct {
	*fakeChain
	b *bomb
}

func (c bombedChain) Commit(ctx context.Context, commits []attesttypes.Commit) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.Commit(ctx, commits); return err })
	return tx, err
}

func (c bombedChain) Reveal(ctx context.Context, reveals []attesttypes.Reveal) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.Reveal(ctx, reveals); return err })
	return tx, err
}

func (j bombedJournal) PutDisputes(records ...DisputeRecord) error {
	return j.b.effect(func() error { return j.Journal.PutDisputes(records...) })
}

func (j bombedJournal) PutInspections(c Cursor, items ...Inspection) error {
	return j.b.effect(func() error { return j.Journal.PutInspections(c, items...) })
}

func (c bombedChain) PostTrace(ctx context.Context, at client.Turn, o client.Opening) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.PostTrace(ctx, at, o); return err })
	return tx, err
}

func (c bombedChain) ChooseChild(ctx context.Context, at client.Turn, index uint32) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.ChooseChild(ctx, at, index); return err })
	return tx, err
}

func (c bombedChain) PostChildren(ctx context.Context, at client.Turn, children []step.Hash) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.PostChildren(ctx, at, children); return err })
	return tx, err
}

func (c bombedChain) PostChunk(ctx context.Context, at client.Turn, data []byte) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.PostChunk(ctx, at, data); return err })
	return tx, err
}

func (c bombedChain) PostStep(ctx context.Context, at client.Turn, encoded []byte) (tx client.Tx, err error) {
	err = c.b.effect(func() error { tx, err = c.fakeChain.PostStep(ctx, at, encoded); return err })
	return tx, err
}

func (c bombedChain) OpenDispute(ctx context.Context, task uint64, solver string) (out *attesttypes.MsgOpenDisputeResponse, tx client.Tx, err error) {
	err = c.b.effect(func() error { out, tx, err = c.fakeChain.OpenDispute(ctx, task, solver); return err })
	return out, tx, err
}

// fakeChain plays x/attest for one provider (seat 1 of 3); the two other seats do their part by themselves.
type fakeChain struct {
	t    testing.TB
	addr string

	mu      sync.Mutex
	height  uint64
	tasks   map[uint64]computetypes.Task
	rounds  map[uint64]*attesttypes.Round
	readers []chan uint64
	isAway  bool
	refuse  map[uint64]bool // tasks whose messages are refused
	silent  bool            // the others do nothing
	window  uint64          // blocks, commit and reveal alike

	commits, reveals [][]uint64 // tasks of each accepted message
	withOutput       map[uint64]bool
	registered       bool
	balance          uint64
	published        bool

	referee      *fakeReferee
	modelID      [32]byte
	header       model.Header // of the model in disputes
	settledRival rival        // plays whom the worker challenges
}

func newFakeChain(t testing.TB) *fakeChain {
	return &fakeChain{
		t: t, addr: testAddress(t), height: 10, window: longWindow, tasks: map[uint64]computetypes.Task{}, rounds: map[uint64]*attesttypes.Round{},
		refuse: map[uint64]bool{}, withOutput: map[uint64]bool{}, registered: true, published: true, balance: 1 << 40,
		referee: newFakeReferee(), modelID: testModel,
	}
}

// seat opens a round for a task of the given answer length.
func (c *fakeChain) seat(id uint64, outLen int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	task := computetypes.Task{
		Id: id, Input: []uint32{uint32(id), uint32(outLen)}, Status: computetypes.TASK_STATUS_MATCHED,
		Terms: computetypes.TaskTerms{ModelId: testModel[:], MaxOutputTokens: 1_000},
	}
	digest := result.InputDigest(testModel[:], task.Input, 1_000, 0, 0, nil)
	c.tasks[id] = task
	c.rounds[id] = &attesttypes.Round{
		TaskId: id, Phase: attesttypes.ROUND_PHASE_COMMIT, ModelId: testModel[:], InputDigest: digest[:],
		MaxOutputTokens: 1_000, Vocab: 1_000, Deadline: c.height + c.window, RevealWindow: c.window, OpenHeight: c.height,
		Seats: []attesttypes.Seat{{Provider: "a"}, {Provider: c.addr}, {Provider: "b"}},
	}
}

// answer is what everybody computes.
func answer(input []uint32) []uint32 {
	out := make([]uint32, input[1])
	for i := range out {
		out[i] = (input[0] + uint32(i)) % 1_000
	}
	return out
}

// block makes one block: the others act, phases move on.
func (c *fakeChain) block() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height++
	for id, r := range c.rounds {
		c.advance(id, r)
	}
	c.refereeBlock()
	for _, ch := range c.readers {
		select {
		case <-ch:
		default:
		}
		ch <- c.height
	}
}

func (c *fakeChain) advance(id uint64, r *attesttypes.Round) {
	if r.Phase == attesttypes.ROUND_PHASE_CLOSED {
		return
	}
	mine := &r.Seats[1]
	switch r.Phase {
	case attesttypes.ROUND_PHASE_COMMIT:
		if !c.silent {
			r.Seats[0].Commitment, r.Seats[2].Commitment = []byte("x"), []byte("x")
		}
		if len(mine.Commitment) > 0 && len(r.Seats[0].Commitment) > 0 {
			r.Phase, r.Deadline = attesttypes.ROUND_PHASE_REVEAL, c.height+c.window
		} else if c.height >= r.Deadline {
			r.Phase, mine.Outcome = attesttypes.ROUND_PHASE_CLOSED, computetypes.REASON_SEAT_NO_COMMIT
		}
	case attesttypes.ROUND_PHASE_REVEAL:
		if mine.Result != 0 {
			r.Phase, mine.Outcome = attesttypes.ROUND_PHASE_CLOSED, computetypes.REASON_SEAT_RIGHT
			want := result.Root(r.ModelId, r.InputDigest, answer(c.tasks[id].Input), 1)
			if !bytes.Equal(r.Results[mine.Result-1].Root, want[:]) {
				mine.Outcome = computetypes.REASON_SEAT_WRONG
			}
		} else if c.height >= r.Deadline {
			r.Phase, mine.Outcome = attesttypes.ROUND_PHASE_CLOSED, computetypes.REASON_SEAT_NO_REVEAL
		}
	}
}

func refusal(code uint32, format string, args ...any) error {
	return &client.ChainError{Codespace: attesttypes.ModuleName, Code: code, Log: fmt.Sprintf(format, args...)}
}

func (c *fakeChain) Commit(_ context.Context, commits []attesttypes.Commit) (client.Tx, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isAway {
		return client.Tx{}, errAway
	}
	var ids []uint64
	for _, m := range commits {
		r := c.rounds[m.TaskId]
		switch {
		case c.refuse[m.TaskId]:
			return client.Tx{}, refusal(8, "not seated")
		case r.Phase != attesttypes.ROUND_PHASE_COMMIT:
			return client.Tx{}, refusal(9, "round accepts no commits")
		case len(r.Seats[1].Commitment) > 0:
			require.Equal(c.t, r.Seats[1].Commitment, m.Commitment, "a second, different commitment for task %d", m.TaskId)
			return client.Tx{}, refusal(12, "already committed")
		}
		ids = append(ids, m.TaskId)
	}
	for _, m := range commits {
		c.rounds[m.TaskId].Seats[1].Commitment = slices.Clone(m.Commitment)
	}
	c.commits = append(c.commits, ids)
	return client.Tx{Height: c.height + 1}, nil
}

func (c *fakeChain) Reveal(_ context.Context, reveals []attesttypes.Reveal) (client.Tx, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isAway {
		return client.Tx{}, errAway
	}
	var ids []uint64
	for _, m := range reveals {
		r := c.rounds[m.TaskId]
		if c.refuse[m.TaskId] || r.Phase != attesttypes.ROUND_PHASE_REVEAL || r.Seats[1].Result != 0 {
			return client.Tx{}, refusal(10, "task %d: round accepts no reveals", m.TaskId)
		}
		output, stop := m.Output, m.Stop
		if stop == 0 {
			output, stop = answer(c.tasks[m.TaskId].Input), 1
		}
		root := result.Root(r.ModelId, r.InputDigest, output, stop)
		addr, err := client.AddressBytes(c.addr)
		require.NoError(c.t, err)
		want := result.Commitment(testChain, m.TaskId, m.Round, addr, root, [32]byte(m.Salt))
		require.Equal(c.t, want[:], r.Seats[1].Commitment, "the salt of task %d does not open its commitment", m.TaskId)
		ids = append(ids, m.TaskId)
		c.withOutput[m.TaskId] = m.Stop != 0
		r.Results = append(r.Results, attesttypes.Result{Root: root[:], Output: output, Stop: stop})
		r.Seats[1].Result = uint32(len(r.Results))
	}
	c.reveals = append(c.reveals, ids)
	return client.Tx{Height: c.height + 1}, nil
}

func (c *fakeChain) OpenSeats(context.Context) ([]client.Seat, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isAway {
		return nil, errAway
	}
	var out []client.Seat
	for id, r := range c.rounds {
		if r.Phase != attesttypes.ROUND_PHASE_CLOSED {
			out = append(out, client.Seat{Task: c.tasks[id], Round: copyRound(r), Index: 1})
		}
	}
	return out, nil
}

func copyRound(r *attesttypes.Round) attesttypes.Round {
	out := *r
	out.Seats, out.Results = slices.Clone(r.Seats), slices.Clone(r.Results)
	return out
}

func (c *fakeChain) Round(_ context.Context, task uint64, _ uint32) (attesttypes.Round, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.rounds[task]
	if !ok {
		return attesttypes.Round{}, client.ErrNotFound
	}
	return copyRound(r), nil
}

func (c *fakeChain) Blocks(ctx context.Context) <-chan uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan uint64, 1)
	ch <- c.height
	c.readers = append(c.readers, ch)
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.readers = slices.DeleteFunc(c.readers, func(o chan uint64) bool { return o == ch })
	})
	return ch
}

func (c *fakeChain) outcome(id uint64) computetypes.Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rounds[id].Seats[1].Outcome
}

func (c *fakeChain) Address() string                         { return c.addr }
func (c *fakeChain) ChainID(context.Context) (string, error) { return testChain, nil }
func (c *fakeChain) CheckChain(context.Context) error {
	if c.isAway {
		return errAway
	}
	return nil
}

func (c *fakeChain) AttestParams(context.Context) (attesttypes.Params, error) {
	return attesttypes.Params{MaxBatch: 100}, nil
}
func (c *fakeChain) Balance(context.Context, string) (uint64, error) { return c.balance, nil }
func (c *fakeChain) Provider(context.Context, string) (*computetypes.QueryProviderResponse, error) {
	if !c.registered {
		return nil, client.ErrNotFound
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &computetypes.QueryProviderResponse{Provider: computetypes.Provider{Status: computetypes.PROVIDER_STATUS_ACTIVE}, Free: c.referee.free}, nil
}

func (c *fakeChain) Model(context.Context, []byte) (computetypes.Model, error) {
	if !c.published {
		return computetypes.Model{}, client.ErrNotFound
	}
	return computetypes.Model{Name: "nano"}, nil
}

func (c *fakeChain) ComputeParams(context.Context) (computetypes.Params, error) {
	return computetypes.Params{MinBond: 100, MinSeatLien: 50}, nil
}

func (c *fakeChain) RegisterProvider(context.Context, string, string, uint64) (client.Tx, error) {
	c.registered = true
	return client.Tx{}, nil
}

func (c *fakeChain) PublishModel(context.Context, computetypes.MsgPublishModel) (client.Tx, error) {
	c.published = true
	return client.Tx{}, nil
}

func (c *fakeChain) SetOffer(context.Context, []byte, uint64, uint64, uint32) (client.Tx, error) {
	return client.Tx{}, nil
}
