package run_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
)

var games = flag.Int("games", 1000, "adversarial games on the tiny model")

// tiny runs in microseconds.
func tiny() model.Header {
	return model.Header{
		Vocab: 23, Dim: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, MaxContext: 24,
		AttnScale: 12102203, Widths: model.Widths{AttnIn: 8, AttnOut: 16, FFNIn: 16, FFNOut: 8, Head: 8},
	}
}

// tall has logits of more chunks than a node has children.
func tall() model.Header {
	return model.Header{
		Vocab: 20000, Dim: 4, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 4, MaxContext: 16,
		AttnScale: 12102203, TiedHead: true, Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 8, Head: 16},
	}
}

// arena is a model to play on.
type arena struct {
	t      testing.TB
	m      *model.Model
	e      *run.Engine
	root   step.Hash
	rows   *provenRows
	bare   func(model.RowID) []byte
	random *rand.Rand
	prompt int
}

func newArena(t testing.TB, m *model.Model, seed uint64, prompt int) *arena {
	root, err := m.Root()
	if err != nil {
		t.Fatal(err)
	}
	return &arena{t, m, engine(t, m, run.Options{Threads: 1}), root, newProvenRows(m), rows(t, m), rand.New(rand.NewPCG(seed, 7)), prompt}
}

// right is a claim that an honest worker makes for a random task.
func (a *arena) right() step.Claim {
	r := requests(a.m, 1+a.random.IntN(a.prompt))[a.random.IntN(3)]
	for i := range r.Prompt {
		r.Prompt[i] = a.random.Uint32N(a.m.Header().Vocab)
	}
	r.MaxTokens = 1 + a.random.IntN(4)
	return claimOf(a.t, a.e, r)
}

// wrong is a claim for the same task that no honest worker makes.
func (a *arena) wrong(c step.Claim) step.Claim {
	for {
		lie := c
		lie.Output = slices.Clone(c.Output)
		switch {
		case a.random.IntN(4) == 0 && c.Stop == step.StopLength: // ends too early
			lie.Output, lie.Stop = lie.Output[:a.random.IntN(len(c.Output))], step.StopEnd
		case len(lie.Output) > 0:
			lie.Output[a.random.IntN(len(lie.Output))] = a.random.Uint32N(a.m.Header().Vocab)
		default: // does not end
			lie.Stop = step.StopLength
			for range c.MaxOutput {
				lie.Output = append(lie.Output, a.random.Uint32N(a.m.Header().Vocab))
			}
		}
		_, err := step.NewShape(a.m.Header(), lie)
		if err == nil && (lie.Stop != c.Stop || !slices.Equal(lie.Output, c.Output)) {
			return lie
		}
	}
}

// claimed puts the claim's answer into the last tensor, as every solver has to.
func claimed(m *memory) {
	c := m.shape.Claim()
	var b []byte
	for _, id := range c.Output {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	m.data[len(m.data)-1] = binary.LittleEndian.AppendUint32(b, c.Stop)
}

// scratch changes some bits of one unit.
func (a *arena) scratch(m *memory, i uint64) {
	d := slices.Clone(m.data[i])
	d[a.random.IntN(len(d))] ^= byte(1 + a.random.IntN(255))
	m.data[i] = d
}

// any is a random tensor that is neither the first nor the last.
func (a *arena) any(m *memory) uint64 { return 1 + a.random.Uint64N(m.shape.Tensors()-2) }

// steer makes a trace give the claimed tokens: where the honest choice is another, a
// lie at the given site, from which it continues consistently as far as it can.
func (a *arena) steer(m *memory, site step.Site) {
	c := m.shape.Claim()
	for p := len(c.Prompt) - 1; p < m.shape.Positions(); p++ {
		want := a.m.Header().EOS[0]
		if i := p - len(c.Prompt) + 1; i < len(c.Output) {
			want = c.Output[i]
		}
		at, _ := m.shape.Index(step.At{Position: p, Site: step.SiteToken})
		if binary.LittleEndian.Uint32(m.data[at]) == want {
			continue
		}
		if logits, _ := m.shape.Index(step.At{Position: p, Site: step.SiteLogits}); site == step.SiteLogits {
			d := slices.Clone(m.data[logits])
			binary.LittleEndian.PutUint32(d[4*want:], 1<<31-1)
			m.data[logits] = d
			m.recompute(a.t, a.bare, logits+1)
		}
		if binary.LittleEndian.Uint32(m.data[at]) != want {
			m.data[at] = binary.LittleEndian.AppendUint32(nil, want)
		}
	}
}

// lies are the solver's: each makes a trace of a claim.
var lies = []struct {
	name  string
	forge func(a *arena) *memory
}{
	{"one tensor forged, continued consistently, right answer claimed", func(a *arena) *memory {
		m := a.honest(a.right())
		i := a.any(m)
		a.scratch(m, i)
		m.recompute(a.t, a.bare, i+1)
		return m
	}},
	{"one tensor forged, continued consistently, wrong answer claimed", func(a *arena) *memory {
		m := a.honest(a.wrong(a.right()))
		i := a.any(m)
		a.scratch(m, i)
		m.recompute(a.t, a.bare, i+1)
		a.steer(m, step.SiteToken)
		return m
	}},
	{"logits forged so that the wrong answer follows", func(a *arena) *memory {
		m := a.honest(a.wrong(a.right()))
		a.steer(m, step.SiteLogits)
		return m
	}},
	{"wrong sampling: the choice alone forged", func(a *arena) *memory {
		m := a.honest(a.wrong(a.right()))
		a.steer(m, step.SiteToken)
		return m
	}},
	{"output alone forged", func(a *arena) *memory { return a.honest(a.wrong(a.right())) }},
	{"scattered junk", func(a *arena) *memory {
		m := a.honest(a.right())
		for range 1 + a.random.IntN(6) {
			a.scratch(m, a.any(m))
		}
		return m
	}},
	{"nothing but junk", func(a *arena) *memory {
		m := a.honest(a.wrong(a.right()))
		for i := 1; i < len(m.data); i++ {
			m.data[i] = slices.Clone(m.data[i])
			for j := range m.data[i] {
				m.data[i][j] = byte(a.random.Uint32())
			}
		}
		return m
	}},
}

// honest is the witness of a claim as a solver posts it: with the claimed answer.
func (a *arena) honest(c step.Claim) *memory { return remember(a.t, witness(a.t, a.e, c)) }

// against is a game of a forged trace against an honest challenger.
func (a *arena) against(forged *memory) *referee {
	claimed(forged)
	forged.seal()
	truth := a.honest(forged.shape.Claim())
	r := newReferee(forged.shape, a.root)
	if forged.TraceRoot() == truth.TraceRoot() {
		return nil // the lie changed nothing
	}
	play(a.t, r, &player{trace: forged}, &player{trace: truth, rows: a.rows}, forged.ends)
	return r
}

func (m *memory) ends() (step.Hash, []step.Hash, []step.Hash) {
	return m.TraceRoot(), m.Path(0), m.Path(m.shape.Tensors() - 1)
}

// stake is what each side puts in.
const stake = 1_000_001

// tally counts games by kind.
type tally struct {
	played, wrong map[string]int
	sites         map[step.Site]int
	moves, bytes  int
	impossible    int
}

func newTally() *tally {
	return &tally{played: map[string]int{}, wrong: map[string]int{}, sites: map[step.Site]int{}}
}

func (y *tally) add(t testing.TB, name string, r *referee, want dispute.Side) {
	y.played[name]++
	y.moves, y.bytes = max(y.moves, r.moves), max(y.bytes, r.bytes)
	if r.verdict.Refuted {
		y.sites[r.verdict.At.Site]++
		if r.verdict.Expected == nil {
			y.impossible++
		}
	}
	if won, burned := dispute.Spoils(stake, 5000); won+burned != stake || won == 0 || burned == 0 {
		t.Errorf("the winner of %d gets %d", stake, won)
	}
	if r.winner != want {
		y.wrong[name]++
		t.Errorf("%s: side %d won after %d moves at %+v; %s, expected %x, claimed %x", name, r.winner, r.moves, r.place, r.verdict.At, r.verdict.Expected, r.verdict.Claimed)
	}
}

func (y *tally) log(t testing.TB, what string) {
	var names []string
	for name := range y.played {
		names = append(names, name)
	}
	sort.Strings(names)
	all, wrong := 0, 0
	for _, name := range names {
		t.Logf("%-8s %5d games, %d wrong verdicts: %s", what, y.played[name], y.wrong[name], name)
		all, wrong = all+y.played[name], wrong+y.wrong[name]
	}
	t.Logf("%-8s %5d games, %d wrong verdicts in all; refuted at %d kinds of tensor, %d times by impossible inputs; at most %d moves and %d bytes",
		what, all, wrong, len(y.sites), y.impossible, y.moves, y.bytes)
}

// lie plays one game of each lie of the solver in turn.
func (a *arena) lie(y *tally, i int) {
	l := lies[i%len(lies)]
	for {
		if r := a.against(l.forge(a)); r != nil {
			y.add(a.t, "solver: "+l.name, r, dispute.Challenger)
			return
		}
	}
}

// spite plays one game of a challenger against an honest solver.
func (a *arena) spite(y *tally, i int) {
	truth := a.honest(a.right())
	solver, r := &player{trace: truth}, newReferee(truth.shape, a.root)
	challenger, name := &player{trace: truth, rows: a.rows, random: a.random}, "opens any step"
	switch i % 4 {
	case 1:
		challenger.mutate, name = true, "opens a step with a flipped bit"
	case 2: // sees differences that are in its own trace
		fake := truth.clone()
		for range 1 + a.random.IntN(5) {
			a.scratch(fake, a.any(fake))
		}
		challenger, name = &player{trace: fake.seal(), rows: a.rows}, "has a fake trace"
	case 3: // the same, continued consistently
		fake := truth.clone()
		i := a.any(fake)
		a.scratch(fake, i)
		fake.recompute(a.t, a.bare, i+1)
		challenger, name = &player{trace: fake.seal(), rows: a.rows}, "has a fake trace, continued consistently"
	}
	play(a.t, r, solver, challenger, truth.ends)
	y.add(a.t, "challenger: "+name, r, dispute.Solver)
}

// withhold plays a game in which one side falls silent at some move.
func (a *arena) withhold(y *tally, i int) {
	forged := a.honest(a.wrong(a.right()))
	truth := forged.clone().seal()
	claimed(forged)
	forged.seal()
	solver, challenger := &player{trace: forged}, &player{trace: truth, rows: a.rows}
	r := newReferee(forged.shape, a.root)
	if i%2 == 0 {
		solver.silentAt = 1 + i/2%4
		play(a.t, r, solver, challenger, forged.ends)
		y.add(a.t, fmt.Sprintf("solver: silent from move %d on", solver.silentAt), r, dispute.Challenger)
		return
	}
	challenger.silentAt = 1 + i/2%3
	play(a.t, r, solver, challenger, forged.ends)
	want := dispute.Solver
	if challenger.madeMoves < challenger.silentAt { // a short game was over before
		want = dispute.Challenger
	}
	y.add(a.t, fmt.Sprintf("challenger: right, but silent from move %d on", challenger.silentAt), r, want)
}

// Whoever plays honestly wins, whatever the other side does; who falls silent loses.
func TestAdversarialGames(t *testing.T) {
	y, a := newTally(), newArena(t, randomModel(t, tiny()), 1, 5)
	for i := range *games {
		switch i % 10 {
		case 0, 1:
			a.spite(y, i/10*2+i%10)
		case 2:
			a.withhold(y, i/10)
		default:
			a.lie(y, i/10*7+i%10-3)
		}
	}
	y.log(t, "tiny")
	for name, x := range map[string]struct {
		m     *model.Model
		games int
	}{"nano": {open(t, nanoFile), 56}, "tall": {randomModel(t, tall()), 28}, "extreme": {extremeModel(t, small()), 56}} {
		y, a := newTally(), newArena(t, x.m, 2, 4)
		for i := range min(x.games, *games) {
			a.lie(y, i)
			if i%4 == 0 {
				a.spite(y, i/4)
			}
		}
		y.log(t, name)
	}
}

// Three different results, one of them right: whoever made it overthrows the others and
// survives their challenges, so exactly one is left.
func TestOneHonestSeatSettles(t *testing.T) {
	a := newArena(t, randomModel(t, tiny()), 3, 5)
	const tasks = 60
	for range tasks {
		right := a.right()
		claims := []step.Claim{right, a.wrong(right), a.wrong(right)}
		a.random.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
		var results []dispute.Standing
		truth := -1
		for i, c := range claims {
			w := witness(t, a.e, c)
			m := remember(t, w)
			if w.IsRight() {
				truth = i
				r := newReferee(m.shape, a.root) // a liar challenges with its own idea of the trace
				fake := m.clone()
				j := a.any(fake)
				a.scratch(fake, j)
				fake.recompute(t, a.bare, j+1)
				play(t, r, &player{trace: m}, &player{trace: fake.seal(), rows: a.rows}, m.ends)
				results = append(results, standing(r))
				continue
			}
			a.steer(m, []step.Site{step.SiteLogits, step.SiteToken}[a.random.IntN(2)])
			results = append(results, standing(a.against(m)))
		}
		if outcome, left := dispute.Decide(results); outcome != dispute.Settle || left != truth {
			t.Fatalf("results %v: outcome %d, %d left, %d is right", results, outcome, left, truth)
		}
	}
	t.Logf("%d tasks, two of three lied: the right result alone was left in each", tasks)
}

func standing(r *referee) dispute.Standing {
	if r.winner == dispute.Solver {
		return dispute.Survived
	}
	return dispute.Overthrown
}
