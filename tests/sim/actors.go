package sim

import (
	"encoding/binary"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/result"
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

// answer is what a seat finds for a round. The honest answer is a function of the input digest alone, as a model's
// is of its input.
func answer(r *attesttypes.Round, c conduct, provider string) (output []uint32, stop uint32) {
	h := binary.BigEndian.Uint64(r.InputDigest)
	switch c {
	case liar:
		for _, b := range []byte(provider) {
			h = h*31 + uint64(b)
		}
	case ring:
		h++
	}
	n := uint32(h % uint64(min(r.MaxOutputTokens, 6)+1))
	stop = result.StopEnd
	if n == r.MaxOutputTokens {
		stop = result.StopLength
	}
	for i := range n {
		output = append(output, uint32((h>>(4*i))%uint64(r.Vocab)))
	}
	return output, stop
}

// salt is 32 bytes that a seat can find again.
func salt(task uint64, round uint32, provider []byte) (s [32]byte) {
	binary.BigEndian.PutUint64(s[:], task)
	binary.BigEndian.PutUint32(s[8:], round)
	copy(s[12:], provider)
	return s
}

// commit returns the commitment of a seat.
func commit(chainID string, r *attesttypes.Round, c conduct, provider sdk.AccAddress) attesttypes.Commit {
	output, stop := answer(r, c, provider.String())
	root := result.Root(r.ModelId, r.InputDigest, output, stop)
	sum := result.Commitment(chainID, r.TaskId, r.Round, provider, root, salt(r.TaskId, r.Round, provider))
	return attesttypes.Commit{TaskId: r.TaskId, Round: r.Round, Commitment: sum[:]}
}

// reveal opens it; brief leaves the output out if the round has it already.
func reveal(r *attesttypes.Round, c conduct, provider sdk.AccAddress, brief bool) attesttypes.Reveal {
	s := salt(r.TaskId, r.Round, provider)
	output, stop := answer(r, c, provider.String())
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
