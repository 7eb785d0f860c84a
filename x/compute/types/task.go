package types

import (
	"math"

	errorsmod "cosmossdk.io/errors"
)

// CheckAudit says whether what a task keeps of referee, audit and overturned result fits together. It returns
// ErrInvariant.
func (t Task) CheckAudit() error {
	s := t.Snapshot
	switch {
	case s.AuditBps > FullBps:
		return errorsmod.Wrapf(ErrInvariant, "expected a chance of an audit of at most %d bps, got %d", FullBps, s.AuditBps)
	case s.AuditBps > 0 && !s.Refereed:
		return errorsmod.Wrapf(ErrInvariant, "expected no audit without a referee, got %d bps", s.AuditBps)
	case t.Status == TASK_STATUS_OPEN && s.Refereed:
		return errorsmod.Wrap(ErrInvariant, "expected no snapshot before the first match, got a referee")
	case (t.Status == TASK_STATUS_OVERTURNED) != (t.Reason == REASON_TASK_OVERTURNED):
		return errorsmod.Wrapf(ErrInvariant, "expected OVERTURNED for one reason and for no other, got %s and %s", t.Status, t.Reason)
	case t.Status == TASK_STATUS_OVERTURNED && (!s.Refereed || len(t.ResultRoot) != RootBytes):
		return errorsmod.Wrapf(ErrInvariant, "expected OVERTURNED with a referee and a root of %d bytes, got %t and %d",
			RootBytes, s.Refereed, len(t.ResultRoot))
	}
	return nil
}

// CheckSnapshot says whether a task has the terms of its first match if and only if it was matched, and whether they are
// such as parameters and models may have: windows as long as they may be, shares of at most the whole. A commit window may
// be above MaxCommitWindow, which it was not always held to; what a later version has added may be missing. A refunded task
// may have been matched or not. It returns ErrInvariant.
func (t Task) CheckSnapshot() error {
	s := t.Snapshot
	isNone := s.Size() == 0
	if isNone && (t.Status == TASK_STATUS_OPEN || t.Status == TASK_STATUS_REFUNDED) {
		return nil
	}
	if t.Status == TASK_STATUS_OPEN {
		return errorsmod.Wrapf(ErrInvariant, "expected no snapshot before the first match, got %d bytes", s.Size())
	}
	for _, b := range []struct {
		name           string
		value, lo, top uint64
	}{
		{"commit_window", s.CommitWindow, 1, maxWindow},
		{"reveal_window", s.RevealWindow, 1, maxWindow},
		{"challenge_window", s.ChallengeWindow, 1, maxWindow},
		{"take_bps", uint64(s.TakeBps), 0, FullBps},
		{"take_burn_bps", uint64(s.TakeBurnBps), 0, FullBps},
		{"slash_burn_bps", uint64(s.SlashBurnBps), 0, FullBps},
		{"soft_fault_bps", uint64(s.SoftFaultBps), 0, FullBps},
		{"model_fee_bps", uint64(s.ModelFeeBps), 0, FullBps},
		{"audit_bps", uint64(s.AuditBps), 0, FullBps},
		{"emission_bps", uint64(s.EmissionBps), 0, FullBps},
		{"seat_lien", s.SeatLien, 1, math.MaxUint64},
	} {
		if b.value < b.lo || b.value > b.top {
			return errorsmod.Wrapf(ErrInvariant, "expected %s of the snapshot from %d to %d, got %d", b.name, b.lo, b.top, b.value)
		}
	}
	if err := CheckSplits(s.ModelFeeBps, s.ModelSplits); err != nil {
		return errorsmod.Wrapf(ErrInvariant, "splits of the snapshot: %s", err)
	}
	return s.checkSeed(t.Terms.Sampling.TemperatureMilli > 0)
}

// checkSeed wants a seed where the output is sampled, and none where it is not.
func (s Snapshot) checkSeed(isSampled bool) error {
	want := 0
	if isSampled {
		want = RootBytes
	}
	if len(s.SampleSeed) != want {
		return errorsmod.Wrapf(ErrInvariant, "expected a sample_seed of %d bytes in the snapshot, got %d", want, len(s.SampleSeed))
	}
	return nil
}
