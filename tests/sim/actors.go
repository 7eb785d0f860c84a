package sim

import (
	"bytes"
	"encoding/binary"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// conduct is what a seat does with its task, decided when it is drawn.
type conduct int

const (
	honest   conduct = iota
	liar             // a wrong result of its own
	ring             // the wrong result on which all of the ring agree
	silent           // never commits
	withhold         // commits, never reveals
	late             // acts only after the deadline
	garbled          // commits to one thing, reveals another
	nonsense         // an answer that no run can have, of its own
	conducts
)

// habits is how likely, in percent, each conduct is for a provider of each character.
var habits = [][conducts]int{
	{honest: 100},
	{honest: 97, silent: 2, late: 1},
	{honest: 40, liar: 60},
	{honest: 50, ring: 50},
	{honest: 50, silent: 40, late: 10},
	{honest: 50, withhold: 40, garbled: 10},
}

// characterOf gives most providers an honest character.
func characterOf(provider int) [conducts]int {
	return habits[[...]int{0, 0, 1, 1, 0, 2, 1, 3, 1, 4, 1, 5}[provider%12]]
}

// seat is a provider's place on a task, as the provider sees it.
type seat struct {
	task    uint64
	round   uint32
	conduct conduct
}

// isBribed says that all seats of a task's first round tell the lie of the ring, whoever they are.
func isBribed(task uint64) bool { return task%17 == 0 }

// isHopeless says that all seats of a task's first two rounds answer nonsense.
func isHopeless(task uint64) bool { return task%29 == 0 }

// isDivided says that the seats of a task's panels disagree.
func isDivided(task uint64) bool { return task%2 == 0 }

// answer is what a seat finds for a round: what the model answers, or something else that a run could have answered, or
// now and then what none could.
func (w *world) answer(r *attesttypes.Round, c conduct, provider string) (output []uint32, stop uint32) {
	right := w.right(r)
	output, stop = slices.Clone(right.Output), right.Stop
	shift := uint32(0)
	switch c {
	case liar, nonsense:
		for _, b := range []byte(provider) {
			shift = (shift*31 + uint32(b)) % (r.Vocab - 1)
		}
	case ring:
	default:
		return output, stop
	}
	if c == nonsense { // more tokens than there may be before a stop of another kind
		return []uint32{shift}, result.StopContext
	}
	if c == liar && r.TaskId%5 == 0 { // a stop token inside
		return []uint32{2}, result.StopEnd
	}
	if len(output) == 0 {
		output, stop = make([]uint32, r.MaxOutputTokens), result.StopLength
	}
	if output[0] = (output[0] + 1 + shift) % r.Vocab; output[0] == 2 {
		output[0] = 3
	}
	return output, stop
}

// right is what the model answers in a round, which the engine computes once.
func (w *world) right(r *attesttypes.Round) kit.Answer {
	t, found := w.task(r.TaskId)
	if !found {
		w.tb.Fatalf("round of task %d, which is not there", r.TaskId)
	}
	for _, b := range w.chest {
		if !bytes.Equal(b.ID, r.ModelId) {
			continue
		}
		q := step.Claim{
			InputDigest: [32]byte(r.InputDigest), Prompt: t.Input, MaxOutput: r.MaxOutputTokens,
			Temperature: t.Terms.Sampling.TemperatureMilli, TopK: t.Terms.Sampling.TopK,
		}
		copy(q.Seed[:], t.Snapshot.SampleSeed)
		a, err := b.Answer(q)
		if err != nil {
			w.tb.Fatal(err)
		}
		return a
	}
	w.tb.Fatalf("nobody has model %x", r.ModelId)
	return kit.Answer{}
}

// salt is 32 bytes that a seat can find again.
func salt(task uint64, round uint32, provider []byte) (s [32]byte) {
	binary.BigEndian.PutUint64(s[:], task)
	binary.BigEndian.PutUint32(s[8:], round)
	copy(s[12:], provider)
	return s
}

// commitment is what a seat commits to.
func (w *world) commitment(r *attesttypes.Round, c conduct, provider sdk.AccAddress) attesttypes.Commit {
	output, stop := w.answer(r, c, provider.String())
	root := result.Root(r.ModelId, r.InputDigest, output, stop)
	sum := result.Commitment(w.chain.ChainID(), r.TaskId, r.Round, provider, root, salt(r.TaskId, r.Round, provider))
	return attesttypes.Commit{TaskId: r.TaskId, Round: r.Round, Commitment: sum[:]}
}

// opening opens it; brief leaves the output out if the round has it already.
func (w *world) opening(r *attesttypes.Round, c conduct, provider sdk.AccAddress, brief bool) attesttypes.Reveal {
	s := salt(r.TaskId, r.Round, provider)
	output, stop := w.answer(r, c, provider.String())
	rev := attesttypes.Reveal{TaskId: r.TaskId, Round: r.Round, Salt: s[:], Output: output, Stop: stop}
	if c == garbled {
		rev.Output, rev.Stop = append([]uint32{0}, output...), result.StopEnd
		return rev
	}
	root := result.Root(r.ModelId, r.InputDigest, output, stop)
	for i := range r.Results {
		if brief && [32]byte(r.Results[i].Root) == root {
			rev.Output, rev.Stop = nil, 0
		}
	}
	return rev
}
