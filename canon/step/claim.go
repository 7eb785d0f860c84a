package step

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// Why an answer ended; the numbers are those of package run and rules/result.
const (
	StopEnd     uint32 = 1
	StopLength  uint32 = 2
	StopContext uint32 = 3
)

// Errors of a claim.
var (
	// ErrTask: the prompt or the terms are not a task for the model at all.
	ErrTask = errors.New("bad task")
	// ErrClaim: the answer cannot be the result of the task, whatever the model
	// computes: too long, a token outside the vocabulary, a stop token inside, or a
	// stop reason that its length contradicts. Who claims it is wrong without a game.
	ErrClaim = errors.New("impossible answer")
)

// Claim is a task and the answer that somebody claims for it: all that fixes a trace
// besides the model.
type Claim struct {
	InputDigest [32]byte // of rules/result; only carried into the first leaf
	Prompt      []uint32
	MaxOutput   uint32   // tokens, at least 1
	Temperature uint32   // thousandths, 0 is greedy
	TopK        uint32   // 0 keeps all
	Seed        [32]byte // of sampling; unused when greedy
	Output      []uint32 // the answer, without its stop token
	Stop        uint32   // StopEnd, StopLength or StopContext
}

// check returns ErrTask or ErrClaim unless an honest run could have this shape.
func (c Claim) check(h model.Header) error {
	p, t := uint64(len(c.Prompt)), uint64(len(c.Output))
	switch {
	case p == 0 || p >= uint64(h.MaxContext):
		return fmt.Errorf("%w: prompt of %d tokens, need 1..%d", ErrTask, p, h.MaxContext-1)
	case c.MaxOutput == 0 || c.Temperature > ops.MaxTemperatureMilli:
		return fmt.Errorf("%w: at most %d tokens at temperature %d", ErrTask, c.MaxOutput, c.Temperature)
	case slices.Max(c.Prompt) >= h.Vocab:
		return fmt.Errorf("%w: token %d, vocabulary %d", ErrTask, slices.Max(c.Prompt), h.Vocab)
	}
	isFull, hasAll := p+t == uint64(h.MaxContext), t == uint64(c.MaxOutput)
	fits := t <= uint64(c.MaxOutput) && p+t <= uint64(h.MaxContext)
	switch {
	case c.Stop == StopEnd && fits && !isFull && !hasAll:
	case c.Stop == StopLength && fits && hasAll:
	case c.Stop == StopContext && fits && isFull && !hasAll:
	default:
		return fmt.Errorf("%w: %d tokens after %d, stop reason %d, at most %d in a context of %d",
			ErrClaim, t, p, c.Stop, c.MaxOutput, h.MaxContext)
	}
	for i, id := range c.Output {
		if id >= h.Vocab || slices.Contains(h.EOS, id) {
			return fmt.Errorf("%w: token %d at %d", ErrClaim, id, i)
		}
	}
	return nil
}

// id returns the token that enters the model at a position.
func (c Claim) id(position int) uint32 {
	if position < len(c.Prompt) {
		return c.Prompt[position]
	}
	return c.Output[position-len(c.Prompt)]
}

// inputLeaf is the payload of the first leaf.
func (c Claim) inputLeaf() []byte {
	b := append(make([]byte, 0, sha256.Size+4*len(c.Prompt)), c.InputDigest[:]...)
	return appendIDs(b, c.Prompt)
}

// outputLeaf is the payload of the last leaf.
func (c Claim) outputLeaf() []byte {
	return binary.LittleEndian.AppendUint32(appendIDs(nil, c.Output), c.Stop)
}

func appendIDs(b []byte, ids []uint32) []byte {
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}

// Input is the first tensor of a trace.
func (s Shape) Input() []byte { return s.claim.inputLeaf() }

// Output is the last tensor of an honest trace in which these tokens were chosen, one
// for each position from the end of the prompt on. It is the claimed answer's exactly
// when the claim is right.
func (s Shape) Output(chosen []uint32) []byte {
	b, stop := appendIDs(nil, chosen[:len(s.claim.Output)]), s.claim.Stop
	if stop == StopEnd && !slices.Contains(s.h.EOS, chosen[len(s.claim.Output)]) {
		stop = 0
	}
	return binary.LittleEndian.AppendUint32(b, stop)
}
