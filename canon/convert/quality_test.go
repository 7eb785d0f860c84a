package convert_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aichain/aichain/canon/internal/floatref"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/token"
)

// heldOut draws a sum that training never showed: the rule of training/train.py.
func heldOut(r *rand.Rand) (question, answer string) {
	for {
		a, b := r.IntN(100), r.IntN(100)
		if (a*100+b)%17 != 0 {
			continue
		}
		form := []string{"What is %d+%d?", "%d+%d=", "Add %d and %d."}[r.IntN(3)]
		return fmt.Sprintf(form, a, b), strconv.Itoa(a + b)
	}
}

// rightSums counts right answers to 200 sums that the model never trained on.
func rightSums(t *testing.T, answer func(question string) string) (right int) {
	t.Helper()
	r := rand.New(rand.NewPCG(99, 17))
	for range 200 {
		question, want := heldOut(r)
		if got := answer(question); got == want {
			right++
		} else {
			t.Logf("%s got %q, want %q", question, got, want)
		}
	}
	t.Logf("right: %d of 200", right)
	return right
}

// At least 198 of 200 held-out sums.
func TestNanoAddsHeldOutNumbers(t *testing.T) {
	_, e, k := openNano(t, run.Options{})
	if right := rightSums(t, func(question string) string { return ask(t, e, k, question, 8) }); right < 198 {
		t.Fatalf("%d of 200 held-out sums right, need 198", right)
	}
}

// The float parent on the same sums, for the model card.
func TestFloatParentAddsHeldOutNumbers(t *testing.T) {
	if testing.Short() {
		t.Skip("the float engine is slow")
	}
	m, _, k := openNano(t, run.Options{})
	float, err := floatref.Load(nanoSource)
	if err != nil {
		t.Fatal(err)
	}
	right := rightSums(t, func(question string) string {
		ids := k.Chat(question)
		start := len(ids)
		for len(ids) < start+8 {
			logits := float.Logits(ids)
			if id := top(logits[len(logits)-1]); !slices.Contains(m.Header().EOS, id) {
				ids = append(ids, id)
				continue
			}
			break
		}
		return k.Decode(ids[start:])
	})
	if right < 198 {
		t.Fatalf("%d of 200 held-out sums right", right)
	}
}

// top is the index of the largest value, the lowest among equals.
func top(x []float64) (best uint32) {
	for i, v := range x {
		if v > x[best] {
			best = uint32(i)
		}
	}
	return best
}

// dialogue draws a prompt with its answer, of the kinds of training/corpus.py.
func dialogue(r *rand.Rand, k *token.Tokenizer) []uint32 {
	pick := func(words string) string { w := strings.Fields(words); return w[r.IntN(len(w))] }
	question, answer := heldOut(r)
	switch animal := pick("cat dog bird fish horse mouse rabbit fox bear duck"); r.IntN(5) {
	case 0:
		question = "Tell me a story about a " + animal + "."
		answer = fmt.Sprintf("%s has a %s %s. The %s %s a %s %s near the river. Then the %s finds the hat.", pick("Ann Ben Cal Dee Eli"),
			pick("small big red blue"), animal, animal, pick("sees finds likes"), pick("old young happy"), pick("ball book tree"), animal)
	case 1:
		a, b := r.IntN(100), r.IntN(100)
		question, answer = fmt.Sprintf("What is %d-%d?", max(a, b), min(a, b)), strconv.Itoa(max(a, b)-min(a, b))
	case 2:
		name, age := pick("Ann Ben Cal Dee Eli Fay Gus"), 10+r.IntN(90)
		question, answer = fmt.Sprintf("Extract JSON: %s is %d years old.", name, age), fmt.Sprintf(`{"name":"%s","age":%d}`, name, age)
	}
	return append(k.Chat(question), k.Encode(answer)...)
}

// comparison collects how canonical next-token distributions differ from float ones.
type comparison struct {
	positions, agree int
	sumKL, maxKL     float64
}

func (c *comparison) add(float []float64, canonical []int32) {
	natural := make([]float64, len(canonical))
	for i, v := range canonical {
		natural[i] = float64(v) / (1 << 16)
	}
	p, q, kl := floatref.Softmax(float), floatref.Softmax(natural), 0.0
	for i := range p {
		if p[i] > 0 {
			kl += p[i] * math.Log(p[i]/math.Max(q[i], 1e-300))
		}
	}
	c.positions++
	c.sumKL, c.maxKL = c.sumKL+kl, max(c.maxKL, kl)
	if top(p) == top(q) {
		c.agree++
	}
}

// The figures of the model card: float and canonical distributions over 10 000
// positions of dialogue.
func TestNanoDistributionsAreThoseOfTheFloatModel(t *testing.T) {
	positions := 10_000
	if testing.Short() {
		positions = 500
	}
	_, e, k := openNano(t, run.Options{})
	c := compare(t, e, k, positions)
	mean, agree := c.sumKL/float64(c.positions), float64(c.agree)/float64(c.positions)
	t.Logf("%d positions: mean KL %.6f nats, max KL %.4f, same top token %.4f", c.positions, mean, c.maxKL, agree)
	if mean > 0.0005 || agree < 0.97 {
		t.Fatalf("mean KL %v, same top token %v", mean, agree)
	}
}

func compare(t *testing.T, e *run.Engine, k *token.Tokenizer, positions int) (c comparison) {
	t.Helper()
	float, err := floatref.Load(nanoSource)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	for c.positions < positions {
		ids := dialogue(r, k)
		want := float.Logits(ids)
		got, err := e.Logits(context.Background(), ids)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ids {
			c.add(want[i], got[i])
		}
	}
	return c
}
