package keeper

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const (
	challengeWindow = uint64(60)
	shortRun        = uint64(8) // commit window with which disputes have the least windows
	moveWindow      = uint64(types.DefaultDisputeWindow)
	traceWindow     = uint64(types.DefaultTraceWindow)
	seatLien        = uint64(50_000)
)

// machine is a model of 23 tokens with random weights, four of which end an answer, that runs in microseconds.
type machine struct {
	m      *model.Model
	e      *run.Engine
	root   step.Hash
	proofs map[model.RowID]proven
	lock   sync.Mutex
}

type proven struct {
	row   []byte
	proof [][32]byte
}

// RowProof implements step.Rows; a proof hashes every row, so it is kept.
func (b *machine) RowProof(id model.RowID) ([]byte, [][32]byte, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if _, ok := b.proofs[id]; !ok {
		row, proof, err := b.m.RowProof(id)
		if err != nil {
			return nil, nil, err
		}
		b.proofs[id] = proven{row, proof}
	}
	return b.proofs[id].row, b.proofs[id].proof, nil
}

// theMachine is opened once; the file stays mapped.
var theMachine = sync.OnceValues(func() (*machine, error) { return newMachine([32]byte{1}) })

func newMachine(seed [32]byte) (*machine, error) {
	h := forge.Small()
	h.Vocab, h.MaxContext, h.EOS = 23, 24, []uint32{2, 11, 17, 22}
	f, err := os.CreateTemp("", "*.canon")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it stays mapped
	if err := forge.WriteRandom(f, h, seed); err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	b := &machine{proofs: map[model.RowID]proven{}}
	if b.m, err = model.Open(f.Name()); err != nil {
		return nil, err
	}
	if b.e, err = run.New(b.m, run.Options{Threads: 1}); err != nil {
		return nil, err
	}
	b.root, err = b.m.Root()
	return b, err
}

// court is a fixture with a canonical model, on which disputes are played.
type court struct {
	*fixture
	*machine
	forger  *forge.Forger
	players map[int]*player
}

// player is how an account plays. The zero value is honest about every claim but its own.
type player struct {
	own    *forge.Trace                     // posted as a solver; made from the claim when nil
	view   func(*forge.Trace) *forge.Trace  // turns the honest trace of another's claim into the one it challenges with
	silent func(d *types.Dispute) (no bool) // does not move
}

func newCourt(t testing.TB) *court {
	t.Helper()
	b, err := theMachine()
	require.NoError(t, err)
	c := &court{fixture: newFixture(t), machine: b, forger: forge.New(b.m, 5), players: map[int]*player{}}
	c.tasks.models[string(b.root[:])] = computetypes.Model{Id: b.root[:], Header: b.m.Header().Encode(), Vocab: 23, MaxContext: 24}
	return c
}

// postRefereed posts a task on the model and matches it.
func (c *court) postRefereed(id uint64, seats ...int) {
	c.t.Helper()
	c.post(id, uint32(len(seats)))
	task := c.tasks.tasks[id]
	task.Input = []uint32{5, uint32(id % 23), 7}
	task.Terms.ModelId, task.Terms.MaxOutputTokens = c.root[:], 4
	task.Snapshot.Refereed, task.Snapshot.ChallengeWindow = true, challengeWindow
	task.Snapshot.SlashBurnBps, task.Snapshot.SoftFaultBps = 5_000, 1_000
	task.Snapshot.CommitWindow = shortRun
	c.tasks.tasks[id] = task
	c.match(id, seats...)
}

// right is what an honest worker claims for a task.
func (c *court) right(id uint64) step.Claim {
	c.t.Helper()
	task := c.tasks.tasks[id]
	got, err := c.e.Generate(context.Background(), run.Request{Prompt: task.Input, MaxTokens: int(task.Terms.MaxOutputTokens)})
	require.NoError(c.t, err)
	r, err := c.k.round(c.ctx, id, task.Round)
	require.NoError(c.t, err)
	return step.Claim{
		InputDigest: [32]byte(r.InputDigest), Prompt: task.Input, MaxOutput: task.Terms.MaxOutputTokens,
		Output: got.Tokens, Stop: uint32(got.Stop),
	}
}

// wrong is n different wrong claims for a task.
func (c *court) wrong(id uint64, n int) []step.Claim {
	c.t.Helper()
	right := c.right(id)
	var out []step.Claim
	for seen := map[string]bool{}; len(out) < n; {
		lie := c.forger.Wrong(right)
		root := result.Root(c.root[:], lie.InputDigest[:], lie.Output, lie.Stop)
		if key := string(root[:]); !seen[key] {
			seen[key] = true
			out = append(out, lie)
		}
	}
	return out
}

// attest lets seats commit to and reveal claims, and closes the round.
func (c *court) attest(id uint64, seats []int, claims []step.Claim) {
	c.t.Helper()
	round := c.tasks.tasks[id].Round
	for i, n := range seats {
		root := result.Root(c.root[:], claims[i].InputDigest[:], claims[i].Output, claims[i].Stop)
		commitment := result.Commitment(testChain, id, round, addressOf(n), root, [32]byte(saltOf(id, round, n)))
		require.NoError(c.t, c.commit(n, types.Commit{TaskId: id, Round: round, Commitment: commitment[:]}))
	}
	for i, n := range seats {
		require.NoError(c.t, c.reveal(n, types.Reveal{
			TaskId: id, Round: round, Salt: saltOf(id, round, n), Output: claims[i].Output, Stop: claims[i].Stop,
		}))
	}
	c.end(c.round(id).Deadline)
}

// settled attests one claim by three seats.
func (c *court) settled(id uint64, claim func() step.Claim, seats ...int) {
	c.t.Helper()
	c.postRefereed(id, seats...)
	claims := make([]step.Claim, len(seats))
	for i := range claims {
		claims[i] = claim()
	}
	c.attest(id, seats, claims)
	require.Equal(c.t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[id].Status)
}

// disputesOf lists the disputes of a task by id.
func (c *court) disputesOf(id uint64) []types.Dispute {
	c.t.Helper()
	it, err := c.k.taskDisputes.Iterate(c.ctx, collections.NewPrefixedPairRange[uint64, uint64](id))
	require.NoError(c.t, err)
	keys, err := it.Keys()
	require.NoError(c.t, err)
	var out []types.Dispute
	for _, key := range keys {
		out = append(out, c.load(key.K2()))
	}
	return out
}

func (c *court) load(id uint64) types.Dispute {
	c.t.Helper()
	d, err := c.k.dispute(c.ctx, id)
	require.NoError(c.t, err)
	return d
}

// told writes disputes as text: who against whom, and the phase or the end.
func (c *court) told(disputes []types.Dispute) string {
	var lines []string
	for _, d := range disputes {
		state := strings.TrimPrefix(d.Phase.String(), "DISPUTE_PHASE_")
		if !d.IsOpen() {
			state = strings.TrimPrefix(d.End.String(), "DISPUTE_END_")
		}
		lines = append(lines, nameOf(d.Challenger)+" v "+nameOf(d.Solver)+" "+state)
	}
	return strings.Join(lines, ", ")
}

// player finds how an account plays.
func (c *court) player(name string) *player {
	for n, p := range c.players {
		if account(n) == name {
			return p
		}
	}
	return &player{}
}

// claimed is the claim of a dispute's solver.
func (c *court) claimed(d *types.Dispute) step.Claim {
	c.t.Helper()
	g, err := c.k.game(c.ctx, *d)
	require.NoError(c.t, err)
	return g.shape.Claim()
}

// honest is the trace of an honest run over a claim.
func (c *court) honest(claim step.Claim) *forge.Trace {
	c.t.Helper()
	w, err := c.e.Witness(context.Background(), claim)
	require.NoError(c.t, err)
	t, err := forge.Remember(context.Background(), w)
	require.NoError(c.t, err)
	return t
}

// solving is the trace that the solver of a dispute posts.
func (c *court) solving(d *types.Dispute) *forge.Trace {
	if p := c.player(d.Solver); p.own != nil {
		return p.own
	}
	return c.honest(c.claimed(d)).Solver()
}

// challenging is the trace that the challenger of a dispute compares with.
func (c *court) challenging(d *types.Dispute) *forge.Trace {
	t := c.honest(c.claimed(d))
	if p := c.player(d.Challenger); p.view != nil {
		return p.view(t)
	}
	return t
}

// faking is the view of a challenger with a fake trace, the same one each time.
func (c *court) faking() func(*forge.Trace) *forge.Trace {
	var fake *forge.Trace
	return func(h *forge.Trace) *forge.Trace {
		if fake == nil {
			fake = c.forger.Junk(h, 2)
		}
		return fake
	}
}

// falls tells how the seats of a task's newest round stand.
func (c *court) falls(id uint64) string {
	c.t.Helper()
	var words []string
	r := c.round(id)
	for i := range r.Seats {
		word := "STANDS"
		if r.Seats[i].Fall != types.FALL_UNSPECIFIED {
			word = strings.TrimPrefix(r.Seats[i].Fall.String(), "FALL_")
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
