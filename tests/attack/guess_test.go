package attack

import (
	"github.com/aichain/aichain/rules/result"
)

// dictionary: the output is one of two tokens. Whoever sees a commitment tries both, with every salt it can
// guess. The control leaves the salt at zero, as a seat without randomness would.
func dictionary(r *report) {
	const guesses, trials = 50_000, 200
	model, input := random32("model", 0), random32("input", 0)
	provider := []byte("provider address 20b")
	commit := func(answer uint32, salt [32]byte) [32]byte {
		root := result.Root(model[:], input[:], []uint32{answer}, result.StopEnd)
		return result.Commitment(chainID, 1, 0, provider, root, salt)
	}
	salted := commit(1, random32("secret salt", 0))
	hits := 0
	for i := range uint64(guesses) {
		for answer := range uint32(2) {
			if commit(answer, random32("guessed salt", i)) == salted {
				hits++
			}
		}
	}
	r.exact("answers found with a 32-byte salt, 10⁵ guesses (2⁻²⁵⁶ each)", 0, hits)
	found := 0
	for i := range uint64(trials) {
		truth := uint32(i % 2)
		seen := commit(truth, [32]byte{})
		for answer := range uint32(2) {
			if commit(answer, [32]byte{}) == seen && answer == truth {
				found++
			}
		}
	}
	r.share("control: the salt known (zero): must find every answer", 1, found, trials)
}
