package payout

import "fmt"

// validate refuses inputs that contradict themselves.
func (in Input) validate() error {
	r := in.Rates
	for _, bps := range []uint32{r.Take, r.TakeBurn, r.SlashBurn, r.SoftFault, r.ModelFee} {
		if bps > FullBps {
			return fmt.Errorf("rate of %d basis points: %w", bps, ErrInput)
		}
	}
	if err := validateSplits(in.Splits, r.ModelFee); err != nil {
		return err
	}
	right := 0
	for i, s := range in.Seats {
		switch s.Fate {
		case Right:
			if !in.Settled {
				return fmt.Errorf("seat %d has the established result of a task without one: %w", i, ErrInput)
			}
			right++
		case Wrong, NoCommit, NoReveal, Freed, NoDefence:
		default:
			return fmt.Errorf("seat %d with fate %d: %w", i, s.Fate, ErrInput)
		}
	}
	if in.Settled && right == 0 {
		return fmt.Errorf("settled without a right seat: %w", ErrInput)
	}
	return nil
}

func validateSplits(splits []Split, feeBps uint32) error {
	if len(splits) == 0 {
		if feeBps > 0 {
			return fmt.Errorf("model fee of %d basis points for nobody: %w", feeBps, ErrInput)
		}
		return nil
	}
	sum := uint64(0)
	for _, s := range splits {
		sum += uint64(s.ShareBps)
	}
	if sum != FullBps {
		return fmt.Errorf("shares sum to %d basis points, not %d: %w", sum, FullBps, ErrInput)
	}
	return nil
}
