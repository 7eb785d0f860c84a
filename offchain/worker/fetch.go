package worker

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/rules/result"
)

// errInput is returned when task and round do not belong together: the node is lying or another version.
var errInput = errors.New("input digest mismatch")

// jobOf builds the job of a seat. The input is in the task itself; it is checked against the round's digest, so
// that a lying node cannot make us commit to an answer to another question.
func jobOf(s client.Seat) (executor.Job, error) {
	t := s.Task
	digest := result.InputDigest(t.Terms.ModelId, t.Input, t.Terms.MaxOutputTokens,
		t.Terms.Sampling.TemperatureMilli, t.Terms.Sampling.TopK, t.Snapshot.SampleSeed)
	if !bytes.Equal(digest[:], s.Round.InputDigest) || !bytes.Equal(t.Terms.ModelId, s.Round.ModelId) {
		return executor.Job{}, fmt.Errorf("task %d round %d: %w: expected %x, got %x", t.Id, s.Round.Round, errInput, s.Round.InputDigest, digest)
	}
	job := executor.Job{
		Input: t.Input, MaxOutput: t.Terms.MaxOutputTokens,
		TemperatureMilli: t.Terms.Sampling.TemperatureMilli, TopK: t.Terms.Sampling.TopK,
	}
	copy(job.Seed[:], t.Snapshot.SampleSeed)
	return job, nil
}

// seal makes the record of an executed seat: root, salt and commitment. It fails for an output that cannot be a
// result of the task, which the chain would refuse at the reveal.
func seal(r Record, s client.Seat, res executor.Result, id identity, salt [32]byte) (Record, error) {
	round := s.Round
	if err := result.Check(res.Output, res.Stop, round.MaxOutputTokens, round.Vocab); err != nil {
		return r, fmt.Errorf("the executor's output for task %d: %w", r.Task, err)
	}
	root := result.Root(round.ModelId, round.InputDigest, res.Output, res.Stop)
	commitment := result.Commitment(id.chain, r.Task, r.Round, id.bytes, root, salt)
	r.State = StateExecuted
	r.Output, r.Stop, r.Salt, r.Root, r.Commitment = res.Output, res.Stop, salt[:], root[:], commitment[:]
	r.Net = netOf(s, len(res.Output))
	return r, nil
}

// netOf is what a seat earns if it is right: its gross less the protocol's take and the model's fee. It is for
// display; 0 when it cannot be told.
func netOf(s client.Seat, out int) uint64 {
	mine, snap := s.Mine(), s.Task.Snapshot
	gross, err := payout.Gross(uint32(len(s.Task.Input)), uint32(out), mine.PriceInput, mine.PriceOutput)
	if err != nil {
		return 0
	}
	less := payout.Share(gross, snap.TakeBps) + payout.Share(gross, snap.ModelFeeBps)
	return gross - min(gross, less)
}
