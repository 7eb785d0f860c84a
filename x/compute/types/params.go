package types

import (
	errorsmod "cosmossdk.io/errors"
)

// DefaultParams are the parameters of a new chain. Heights are blocks, amounts uaic.
func DefaultParams() Params {
	return Params{
		// 100 AIC: a hundred times the least lien, so a new provider can hold a hundred small seats.
		MinBond: 100_000_000,
		// Unanimity of 3 fails only if a whole round colludes: with weight c, c³ (protocol, section 4).
		MinSeats: 3,
		// The widest panel has 7; a requester who wants more certainty may buy as much from the start.
		MaxSeats: 7,
		// What nano and its like can read; a larger input also costs state.
		MaxInputTokens:  4096,
		MaxOutputTokens: 4096,
		// 100 is the batch that the cost target speaks of; twice that fits a 1 MB transaction of prompts.
		MaxBatch: 200,
		// At a block a second, a minute and a half: time for six draws of the back-off.
		OpenWindow: 100,
		// 30 s to compute; a seat that is down for half a minute is down.
		CommitWindow: 30,
		// Protocol, section 4: nothing is computed any more, only sent.
		RevealWindow: 10,
		// Protocol, section 4: liens stay this long after a settlement.
		ChallengeWindow: 100,
		// Ten times the challenge window: clients that were away can still read the answer.
		RetentionWindow: 1000,
		// 1 AIC: a slash must hurt even on the cheapest question.
		MinSeatLien: 1_000_000,
		// A wrong seat loses 20 times what it could have earned.
		SeatLienMultiple: 20,
		// 100 draws of 3 seats among 10 000 providers take 7.5 ms, 15 with their writes (BenchmarkEndBlock): five times
		// that is a thirteenth of a one-second block. As many as verdict_budget rounds, and more tasks a second than four
		// validators on two cores can settle (docs/costs.md).
		MatchBudget: 500,
		// As many may leave as may come.
		PruneBudget: 500,
		// With 95 % of the bond taken, 64 looks still find a free seat in 96 of 100.
		MaxDraws: 64,
		// Bounds what a change of bond or status must touch.
		MaxOffersPerProvider: 16,
		// 30 %: the seats, who carry the risk, keep the larger part.
		MaxModelFeeBps: 3000,
		// 5 % (protocol, section 4): a seat that colludes is found out in one task of 20 and then loses 20 times the ceiling,
		// which is all that it can be paid for the 20. On average a task costs a twentieth of a seat more.
		AuditBps: 500,
	}
}

// Bounds of the windows, in blocks.
const (
	// maxWindow is eleven days at a block a second: nothing a task waits for takes longer, and heights cannot overflow.
	maxWindow = 1_000_000
	// MaxCommitWindow is less, three hours at a block a second: every move of a dispute has twice the commit window of its
	// task, its trace five times (rules/dispute), and there may be some twenty moves.
	MaxCommitWindow = 10_000
	// ChallengeRuns is how many commit windows a challenge window must hold at least: a challenger has to run the task
	// once, and may be at another one when it is settled (ADR 0016).
	ChallengeRuns = 2
)

// Validate returns ErrBadParams with the name, the bounds and the value of the first parameter out of bounds.
func (p Params) Validate() error {
	for _, b := range []struct {
		name           string
		value, lo, top uint64
	}{
		{"min_bond", p.MinBond, 1, 1 << 62},
		{"min_seats", uint64(p.MinSeats), 1, 32},
		{"max_seats", uint64(p.MaxSeats), uint64(p.MinSeats), 32},
		{"max_input_tokens", uint64(p.MaxInputTokens), 1, 1 << 17},
		{"max_output_tokens", uint64(p.MaxOutputTokens), 1, 1 << 17},
		{"max_batch", uint64(p.MaxBatch), 1, 1000},
		{"open_window", p.OpenWindow, 2, maxWindow}, // the first draw comes after 2
		{"commit_window", p.CommitWindow, 1, MaxCommitWindow},
		{"reveal_window", p.RevealWindow, 1, maxWindow},
		{"challenge_window", p.ChallengeWindow, 1, maxWindow},
		{"retention_window", p.RetentionWindow, p.ChallengeWindow + 1, maxWindow + 1},
		{"min_seat_lien", p.MinSeatLien, 1, p.MinBond}, // else a new provider could take no seat
		{"seat_lien_multiple", uint64(p.SeatLienMultiple), 1, 10_000},
		{"match_budget", uint64(p.MatchBudget), 1, 10_000},
		{"prune_budget", uint64(p.PruneBudget), 1, 10_000},
		{"max_draws", uint64(p.MaxDraws), 1, 1000},
		{"max_offers_per_provider", uint64(p.MaxOffersPerProvider), 1, 64},
		{"max_model_fee_bps", uint64(p.MaxModelFeeBps), 0, FullBps},
		{"audit_bps", uint64(p.AuditBps), 0, FullBps}, // from never to always
	} {
		if b.value < b.lo || b.value > b.top {
			return errorsmod.Wrapf(ErrBadParams, "expected %s from %d to %d, got %d", b.name, b.lo, b.top, b.value)
		}
	}
	return nil
}

// ValidateChange checks what governance sets: Validate, and that there is time to challenge a result, a challenge_window of
// at least ChallengeRuns commit windows. It returns ErrBadParams with what it expected and got. A genesis and a migration
// need Validate alone, so that a chain that has a shorter challenge window can be exported, imported and upgraded; its next
// MsgUpdateParams of x/compute has to lengthen it.
func (p Params) ValidateChange() error {
	if err := p.Validate(); err != nil {
		return err
	}
	if least := ChallengeRuns * p.CommitWindow; p.ChallengeWindow < least {
		return errorsmod.Wrapf(ErrBadParams, "expected challenge_window of at least %d, %d times commit_window, got %d",
			least, ChallengeRuns, p.ChallengeWindow)
	}
	return nil
}
