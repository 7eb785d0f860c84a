package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/model"
)

// IsRefereed says whether the chain itself settles a disagreement about this model's results: it can compute the steps
// of the canonical profile and of no other.
func (m Model) IsRefereed() bool { return m.Profile == model.Profile }

// AuditBpsOf is the chance that a round of a task for the model gets a blind extra seat, in basis points: audit_bps,
// or 0 for a model that is not refereed, where a difference would prove nobody wrong.
func (p Params) AuditBpsOf(m Model) uint32 {
	if !m.IsRefereed() {
		return 0
	}
	return p.AuditBps
}

// CheckSplits wants no shares for a fee of 0, and otherwise 1 to 8 positive shares that sum to 10 000 basis
// points. It returns ErrSplitsOverWhole for more than the whole, ErrBadSplits for the rest.
func CheckSplits(feeBps uint32, splits []FeeSplit) error {
	if feeBps == 0 && len(splits) == 0 {
		return nil
	}
	if feeBps == 0 {
		return errorsmod.Wrapf(ErrBadSplits, "expected none without a fee, got %d", len(splits))
	}
	if len(splits) == 0 || len(splits) > MaxSplits {
		return errorsmod.Wrapf(ErrBadSplits, "expected 1 to %d, got %d", MaxSplits, len(splits))
	}
	sum := uint64(0)
	for i, s := range splits {
		if s.ShareBps == 0 {
			return errorsmod.Wrapf(ErrBadSplits, "expected positive shares, share %d is 0", i)
		}
		sum += uint64(s.ShareBps)
	}
	if sum > FullBps {
		return errorsmod.Wrapf(ErrSplitsOverWhole, "expected shares of %d bps together, got %d", FullBps, sum)
	}
	if sum < FullBps {
		return errorsmod.Wrapf(ErrBadSplits, "expected shares of %d bps together, got %d", FullBps, sum)
	}
	return nil
}
