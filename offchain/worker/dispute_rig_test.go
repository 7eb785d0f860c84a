package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	canonmodel "github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/forge"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// disputeRig is a rig whose chain referees runs of a small model.
type disputeRig struct {
	*rig
	canon *canon.Executor
	model *canonmodel.Model
	forge *forge.Forger
}

func newDisputeRig(t testing.TB) *disputeRig {
	path := filepath.Join(t.TempDir(), "small.canon")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, forge.WriteRandom(f, forge.Small(), [32]byte{1}))
	require.NoError(t, f.Close())
	exec, err := canon.Open([]canon.File{{Path: path}}, 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, exec.Close()) })
	r := &disputeRig{rig: newRig(t), canon: exec, model: exec.Loaded()[0].Model}
	r.executor, r.patience, r.stop = exec, 5*time.Second, 0
	r.chain.modelID, r.chain.header = exec.Models()[0], r.model.Header()
	r.forge = forge.New(r.model, 1)
	return r
}

// right is what an honest provider claims for a task; every third task is sampled.
func (r *disputeRig) right(task uint64) step.Claim {
	c := step.Claim{Prompt: []uint32{5, 6, uint32(7 + task%400)}, MaxOutput: 4}
	var seed []byte
	if task%3 == 0 {
		c.Temperature, c.TopK, c.Seed = 800, 40, [32]byte{byte(task)}
		seed = c.Seed[:]
	}
	c.InputDigest = result.InputDigest(r.chain.modelID[:], c.Prompt, c.MaxOutput, c.Temperature, c.TopK, seed)
	out := r.canon.Execute(r.t.Context(), r.chain.modelID, []executor.Job{{
		Input: c.Prompt, MaxOutput: c.MaxOutput, TemperatureMilli: c.Temperature, TopK: c.TopK, Seed: c.Seed,
	}})[0]
	require.NoError(r.t, out.Err)
	c.Output, c.Stop = out.Output, out.Stop
	return c
}

// honest is the honest trace of a claim.
func (r *disputeRig) honest(c step.Claim) *forge.Trace {
	w, err := r.canon.Witness(context.Background(), r.chain.modelID, c)
	require.NoError(r.t, err)
	trace, err := forge.Remember(context.Background(), w.(*canon.Witness).Witness)
	require.NoError(r.t, err)
	return trace
}

// forged is a lie's trace of a task: of a wrong claim where the lie needs one.
func (r *disputeRig) forged(lie forge.Lie, right step.Claim) (step.Claim, *forge.Trace) {
	for {
		claim := right
		if lie.NeedsWrong {
			claim = r.forge.Wrong(right)
		}
		honest := r.honest(claim)
		trace, err := lie.Forge(r.forge, honest)
		require.NoError(r.t, err)
		if trace.TraceRoot() != honest.TraceRoot() {
			return claim, trace
		}
	}
}

// over says whether all of the disputes have ended and the journal knows.
func (r *disputeRig) over(ids ...uint64) func() bool {
	return func() bool {
		for _, id := range ids {
			if r.chain.ended(id) == attesttypes.DISPUTE_END_UNSPECIFIED {
				return false
			}
		}
		return r.noted(ids)
	}
}

// noted says whether the journal of the living worker has closed the disputes.
func (r *disputeRig) noted(ids []uint64) bool {
	records, err := r.worker.Journal.Disputes()
	return err == nil && len(ids) <= len(slices.DeleteFunc(records, func(d DisputeRecord) bool { return !d.IsClosed }))
}

// records reads the journal after a life.
func (r *disputeRig) records() map[uint64]DisputeRecord {
	j, err := OpenJournal(r.path, testChain, r.chain.addr)
	require.NoError(r.t, err)
	defer func() { require.NoError(r.t, j.Close()) }()
	list, err := j.Disputes()
	require.NoError(r.t, err)
	out := map[uint64]DisputeRecord{}
	for _, d := range list {
		out[d.ID] = d
	}
	return out
}

var errSilent = errors.New("says nothing")

// player is a rival with a trace: as solver it shows it, as challenger it follows it or, with random, any path.
type player struct {
	trace    *forge.Trace
	rows     step.Rows
	random   *rand.Rand
	mutates  bool
	silentAt int // makes no move from this one on; 0 never
	made     int
}

func (p *player) move(v *attesttypes.QueryDisputeResponse) (built, error) {
	if p.made++; p.silentAt > 0 && p.made >= p.silentAt {
		return built{}, errSilent
	}
	shape, place := p.trace.Shape(), v.Dispute.Place.Step()
	switch v.Dispute.Phase {
	case attesttypes.DISPUTE_PHASE_TRACE_DUE:
		children, err := step.Children(shape, p.trace, shape.Top())
		b := built{children: children}
		b.opening.Root, b.opening.Children = p.trace.TraceRoot(), children
		b.opening.First, b.opening.Last = p.trace.Ends()
		return b, err
	case attesttypes.DISPUTE_PHASE_CHILDREN_DUE:
		children, err := step.Children(shape, p.trace, place)
		return built{children: children}, err
	case attesttypes.DISPUTE_PHASE_CHUNK_DUE:
		data, err := step.Chunk(p.trace, place)
		return built{data: data}, err
	case attesttypes.DISPUTE_PHASE_CHOICE_DUE:
		return p.choose(shape, place, v)
	}
	return p.open(shape, place, v)
}

func (p *player) choose(shape step.Shape, place step.Place, v *attesttypes.QueryDisputeResponse) (built, error) {
	if p.random != nil {
		return built{index: uint32(p.random.IntN(shape.Fanout(place)))}, nil
	}
	seen, err := look(shape, v.Trace, v.Shown)
	if err != nil {
		return built{}, err
	}
	own, err := step.Children(shape, p.trace, place)
	if err != nil {
		return built{}, err
	}
	i, differs := dispute.Leftmost(own, seen.children)
	if !differs {
		return built{}, errSilent
	}
	return built{index: uint32(i)}, nil
}

func (p *player) open(shape step.Shape, place step.Place, v *attesttypes.QueryDisputeResponse) (built, error) {
	seen, err := look(shape, v.Trace, v.Shown)
	if err != nil {
		return built{}, err
	}
	first, n, err := shape.ChunkUnits(place)
	if err != nil {
		return built{}, err
	}
	unit := first
	if p.random != nil {
		unit += p.random.Uint64N(n)
	} else if own, err := step.Chunk(p.trace, place); err == nil {
		if wrong, err := shape.WrongUnit(place, own, seen.chunk); err == nil {
			unit = wrong
		}
	}
	s, err := step.Open(shape, p.trace, p.rows, seen.view, place.Tensor, unit)
	if err != nil {
		return built{}, err
	}
	encoded := s.Encode()
	if p.mutates {
		encoded[p.random.IntN(len(encoded))] ^= 1 << p.random.IntN(8)
	}
	return built{data: encoded}, nil
}
