package ask

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aichain/aichain/rules/payout"
	computetypes "github.com/aichain/aichain/x/compute/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Why a question is not, or not any more, on its way. Test with errors.Is.
var (
	// ErrBadQuestion: something in the question cannot be asked; nothing was paid.
	ErrBadQuestion = errors.New("bad question")
	// ErrNotMatchable: too few providers would take it now; nothing was paid. A *NotMatchable tells why.
	ErrNotMatchable = errors.New("too few providers would take the task")
	// ErrRefunded: the task closed without an established result and the escrow went back.
	ErrRefunded = errors.New("task refunded")
	// ErrOverturned: the answer was settled, and then proved wrong. What it had cost was given back.
	ErrOverturned = errors.New("answer overturned")
	// ErrFunds: the account holds less than the task's ceiling; nothing was paid.
	ErrFunds = errors.New("not enough money")
)

// Defaults of a question.
const (
	// DefaultSeats is the number of providers: the protocol's n = 3.
	DefaultSeats = 3
	// DefaultMaxTokens bounds the answer when the question does not.
	DefaultMaxTokens = 128
	// maxRefBytes is the chain's bound of a client_ref.
	maxRefBytes = 64
)

// Question is what to ask and for how much. Zero values mean "choose".
type Question struct {
	Text     string   // in words, wrapped in the model's chat template
	Tokens   []uint32 // instead of Text: raw token ids; the answer is then not put into words
	Model    string   // name or id in hex
	Seats    uint32   // providers; 0 means DefaultSeats
	MaxToken uint32   // bound of the answer, tokens; 0 means what fits, at most DefaultMaxTokens
	// TemperatureMilli is the temperature times 1 000, 0 for greedy; TopK keeps the likeliest, 0 all.
	TemperatureMilli, TopK uint32
	MaxPrice               uint64 // escrow, uaic; 0 means from screening
	ClientRef              string // the requester's name for the question; "" makes one
}

// terms are those of a question for a model; the price is still open.
func (q Question) terms(m computetypes.Model, input []uint32, p computetypes.Params) (computetypes.TaskTerms, error) {
	n := uint32(len(input))
	switch {
	case n == 0:
		return computetypes.TaskTerms{}, bad("the input is empty")
	case m.Deprecated:
		return computetypes.TaskTerms{}, bad("model %s is deprecated", m.Name)
	case n > p.MaxInputTokens:
		return computetypes.TaskTerms{}, bad("the input has %d tokens, the chain takes %d", n, p.MaxInputTokens)
	case n >= m.MaxContext:
		return computetypes.TaskTerms{}, bad("the input has %d tokens, model %s takes %d with the answer", n, m.Name, m.MaxContext)
	}
	for _, id := range input {
		if id >= m.Vocab {
			return computetypes.TaskTerms{}, bad("token id %d is outside the vocabulary of %d", id, m.Vocab)
		}
	}
	seats := q.Seats
	if seats == 0 {
		seats = max(DefaultSeats, p.MinSeats)
	}
	if seats < p.MinSeats || seats > p.MaxSeats {
		return computetypes.TaskTerms{}, bad("%d seats, the chain takes %d to %d", seats, p.MinSeats, p.MaxSeats)
	}
	room := min(p.MaxOutputTokens, m.MaxContext-n)
	out := q.MaxToken
	if out == 0 {
		out = min(DefaultMaxTokens, room)
	}
	if out > room {
		return computetypes.TaskTerms{}, bad("%d answer tokens, there is room for %d", out, room)
	}
	return computetypes.TaskTerms{
		Kind: computetypes.TASK_KIND_INFERENCE, ModelId: m.Id, Assurance: computetypes.ASSURANCE_CLASS_REDUNDANT,
		Seats: seats, MaxOutputTokens: out,
		Sampling: computetypes.Sampling{TemperatureMilli: q.TemperatureMilli, TopK: q.TopK},
		MaxPrice: sdk.NewCoin(payout.Denom, sdkmath.ZeroInt()),
	}, nil
}

// same returns ErrBadQuestion unless a task found under the question's client_ref asks the same. What the
// question leaves open may be anything.
func (q Question) same(t computetypes.Task, m computetypes.Model, input []uint32) error {
	var differs []string
	note := func(isDifferent bool, what string) {
		if isDifferent {
			differs = append(differs, what)
		}
	}
	note(!slices.Equal(t.Terms.ModelId, m.Id), "model")
	note(!slices.Equal(t.Input, input), "input")
	note(q.Seats != 0 && q.Seats != t.Terms.Seats, "seats")
	note(q.MaxToken != 0 && q.MaxToken != t.Terms.MaxOutputTokens, "answer tokens")
	note(q.TemperatureMilli != t.Terms.Sampling.TemperatureMilli, "temperature")
	note(q.TopK != t.Terms.Sampling.TopK, "top-k")
	note(q.MaxPrice != 0 && !t.Terms.MaxPrice.Amount.Equal(sdkmath.NewIntFromUint64(q.MaxPrice)), "price")
	if len(differs) == 0 {
		return nil
	}
	return bad("client_ref %q already names task %d, which differs in %s", t.ClientRef, t.Id, strings.Join(differs, ", "))
}

// newRef names a question after its content and a nonce: a user who asks the same twice on purpose pays twice.
func newRef(requester string, terms computetypes.TaskTerms, input []uint32) (string, error) {
	var nonce [16]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return "", err
	}
	return refOf(requester, terms, input, nonce), nil
}

func refOf(requester string, terms computetypes.TaskTerms, input []uint32, nonce [16]byte) string {
	h := sha256.New()
	field := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	field([]byte("aichain/client-ref/v1"))
	field([]byte(requester))
	field(terms.ModelId)
	for _, v := range []uint32{terms.Seats, terms.MaxOutputTokens, terms.Sampling.TemperatureMilli, terms.Sampling.TopK} {
		h.Write(binary.BigEndian.AppendUint32(nil, v))
	}
	ids := make([]byte, 0, 4*len(input))
	for _, id := range input {
		ids = binary.BigEndian.AppendUint32(ids, id)
	}
	field(ids)
	field(nonce[:])
	return "ask-" + hex.EncodeToString(h.Sum(nil)[:12])
}

// ParseTokens reads token ids separated by spaces or commas.
func ParseTokens(text string) ([]uint32, error) {
	var out []uint32
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		v, err := strconv.ParseUint(f, 10, 32)
		if err != nil {
			return nil, bad("%q is no token id", f)
		}
		out = append(out, uint32(v))
	}
	if len(out) == 0 {
		return nil, bad("no token ids")
	}
	return out, nil
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadQuestion, fmt.Sprintf(format, args...))
}
