package types

import (
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
