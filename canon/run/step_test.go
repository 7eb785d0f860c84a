package run_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

var cases = flag.Int("cases", 150_000, "step cases of the property test")

// isRefusal tells whether an error is one of those that Check returns.
func isRefusal(err error) bool {
	return slices.ContainsFunc([]error{
		step.ErrTensor, step.ErrUnit, step.ErrHint, step.ErrTooLarge, step.ErrTooMuchWork,
		step.ErrData, step.ErrProof, step.ErrRow,
	}, func(e error) bool { return errors.Is(err, e) })
}

// bench is one honest trace with everything to try steps on it.
type bench struct {
	t       testing.TB
	name    string
	honest  *memory
	leaves  []step.Hash
	root    step.Hash
	rows    *provenRows
	bySite  map[step.Site][]uint64
	counted map[string]int
}

func newBench(t testing.TB, name string, m *model.Model, r run.Request) *bench {
	root, err := m.Root()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		t: t, name: name, honest: remember(t, witness(t, engine(t, m, run.Options{}), claimOf(t, engine(t, m, run.Options{}), r))),
		root: root, rows: newProvenRows(m), bySite: map[step.Site][]uint64{}, counted: map[string]int{},
	}
	for i, d := range b.honest.data {
		at, err := b.honest.shape.At(uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		b.bySite[at.Site] = append(b.bySite[at.Site], uint64(i))
		b.leaves = append(b.leaves, step.LeafHash(d))
	}
	return b
}

func (b *bench) check(root step.Hash, s step.Step) (step.Verdict, error) {
	return step.Check(step.Case{Shape: b.honest.shape, TraceRoot: root, ModelRoot: b.root}, s)
}

// unit picks a tensor of a site and a unit of it.
func (b *bench) unit(r *rand.Rand, site step.Site) (leaf, unit uint64) {
	leaf = b.bySite[site][r.IntN(len(b.bySite[site]))]
	n, err := b.honest.shape.Units(leaf)
	if err != nil {
		b.t.Fatal(err)
	}
	return leaf, r.Uint64N(n)
}

// flip tries a step with one flipped bit in each of its parts, several times.
func (b *bench) flip(r *rand.Rand, s step.Step, times int) {
	for range times {
		for name, field := range map[string]func(*step.Step) *[]byte{
			"data": func(s *step.Step) *[]byte { return &s.Data }, "path": func(s *step.Step) *[]byte { return &s.Proof },
			"row": func(s *step.Step) *[]byte { return &s.Row }, "row path": func(s *step.Step) *[]byte { return &s.RowProof },
		} {
			x := s
			f := field(&x)
			if len(*f) == 0 {
				continue
			}
			*f = bytes.Clone(*f)
			(*f)[r.IntN(len(*f))] ^= 1 << r.IntN(8)
			if _, err := b.check(b.honest.TraceRoot(), x); !isRefusal(err) {
				b.t.Fatalf("%s tensor %d unit %d: a flipped bit in %s: %v", b.name, s.Tensor, s.Unit, name, err)
			}
			b.counted["flipped bit in "+name+": refused"]++
		}
		b.flipIndex(r, s)
	}
}

// flipIndex changes what the step is about. Where the same chunks and no row serve
// another unit, that is a step about that unit: it then refutes an honest trace no more
// than the first.
func (b *bench) flipIndex(r *rand.Rand, s step.Step) {
	for name, change := range map[string]func(*step.Step){
		"tensor": func(s *step.Step) { s.Tensor ^= 1 << r.IntN(12) },
		"unit":   func(s *step.Step) { s.Unit ^= 1 << r.IntN(14) },
		"hint":   func(s *step.Step) { s.Hint ^= 1 << r.IntN(64) },
	} {
		x := s
		change(&x)
		v, err := b.check(b.honest.TraceRoot(), x)
		switch {
		case isRefusal(err):
			b.counted["flipped bit in index: refused"]++
		case err == nil && !v.Refuted && v.Unit == x.Unit && name == "unit":
			b.counted["flipped bit in index: a true step about another unit"]++
		default:
			b.t.Fatalf("%s tensor %d unit %d: a flipped bit in %s: %+v, %v", b.name, s.Tensor, s.Unit, name, v, err)
		}
	}
}

// forge commits a unit with one flipped bit and proves it wrong.
func (b *bench) forge(r *rand.Rand, leaf, unit uint64) {
	from, n, err := b.honest.shape.UnitRange(leaf, unit)
	if err != nil {
		b.t.Fatal(err)
	}
	m, leaves := b.honest.clone(), slices.Clone(b.leaves)
	m.data[leaf] = bytes.Clone(m.data[leaf])
	m.data[leaf][from+r.Uint64N(n)] ^= 1 << r.IntN(8)
	leaves[leaf] = step.LeafHash(m.data[leaf])
	m.Tree = step.NewTree(leaves)
	s, err := step.Open(m.shape, m, b.rows, nil, leaf, unit)
	if err != nil {
		b.t.Fatal(err)
	}
	v, err := b.check(m.TraceRoot(), s)
	if err != nil || !v.Refuted || !bytes.Equal(v.Expected, b.honest.data[leaf][from:from+n]) || bytes.Equal(v.Expected, v.Claimed) {
		b.t.Fatalf("%s %s unit %d: a flipped bit in the output: %+v, %v", b.name, v.At, unit, v, err)
	}
	b.counted["flipped bit in output: refuted"]++
}

func benches(t testing.TB) []*bench {
	var out []*bench
	tinyModel, wideModel, nano := randomModel(t, tiny()), randomModel(t, wide()), open(t, nanoFile)
	for _, r := range requests(tinyModel, 6) {
		out = append(out, newBench(t, "tiny", tinyModel, r))
	}
	out = append(out, newBench(t, "extreme", extremeModel(t, small()), requests(tinyModel, 5)[1]))
	out = append(out, newBench(t, "wide", wideModel, requests(wideModel, 3)[1]))
	return append(out, newBench(t, "nano", nano, requests(nano, 135)[1]))
}

// Of every operator, random steps verify; a single flipped bit in an input, the weight
// row, a path or the index is refused, and one in the output refuted.
func TestEveryFlippedBitIsRejected(t *testing.T) {
	r, all := rand.New(rand.NewPCG(11, 1)), map[string]int{}
	sites, done := map[step.Site]int{}, 0
	bs := benches(t)
	for done < *cases {
		for i, b := range bs {
			times := 3
			if i >= 3 { // larger models, costlier steps
				times = 1
			}
			for site := step.SiteEmbedding; site <= step.SiteOutput; site++ {
				if len(b.bySite[site]) == 0 {
					continue
				}
				leaf, unit := b.unit(r, site)
				s, err := step.Open(b.honest.shape, b.honest, b.rows, nil, leaf, unit)
				if err != nil {
					t.Fatal(err)
				}
				v, err := b.check(b.honest.TraceRoot(), s)
				if err != nil || v.Refuted {
					t.Fatalf("%s %s unit %d: %+v, %v", b.name, v.At, unit, v, err)
				}
				b.counted["true step: verified"]++
				sites[site]++
				b.flip(r, s, times)
				if done%2 == 0 && i < 3 || sites[site]%8 == 0 {
					b.forge(r, leaf, unit)
				}
			}
		}
		done = 0
		for _, b := range bs {
			for _, n := range b.counted {
				done += n
			}
		}
	}
	for _, b := range bs {
		for name, n := range b.counted {
			all[name] += n
		}
	}
	for _, name := range slices.Sorted(keys(all)) {
		t.Logf("%7d %s", all[name], name)
	}
	least := done
	for _, n := range sites {
		least = min(least, n)
	}
	t.Logf("%7d cases in all over %d kinds of tensor, each with at least %d steps", done, len(sites), least)
	if len(sites) != int(step.SiteOutput-step.SiteEmbedding)+1 {
		t.Errorf("%d kinds of tensor", len(sites))
	}
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Steps that are about something else, each with its own error.
func TestBadSteps(t *testing.T) {
	m := randomModel(t, tiny())
	b, other := newBench(t, "tiny", m, requests(m, 6)[1]), newBench(t, "tiny", m, requests(m, 4)[0])
	stranger := newBench(t, "other model", extremeModel(t, tiny()), requests(m, 6)[1])
	pick := func(b *bench, site step.Site, unit uint64) step.Step {
		s, err := step.Open(b.honest.shape, b.honest, b.rows, nil, b.bySite[site][0], unit)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	query := pick(b, step.SiteQuery, 3)
	long := query
	long.Proof = append(bytes.Clone(query.Proof), make([]byte, 32)...)
	short := query
	short.Proof = query.Proof[32:]
	uneven := query
	uneven.RowProof = query.RowProof[1:]
	huge := query
	huge.Row = make([]byte, step.MaxStepBytes)
	wrongRow := query
	wrongRow.Row, wrongRow.RowProof = pick(b, step.SiteQuery, 4).Row, pick(b, step.SiteQuery, 4).RowProof
	otherPart := query
	otherPart.Row, otherPart.RowProof = pick(b, step.SiteKey, 3).Row, pick(b, step.SiteKey, 3).RowProof
	otherModel := query
	otherModel.Row, otherModel.RowProof = pick(stranger, step.SiteQuery, 3).Row, pick(stranger, step.SiteQuery, 3).RowProof
	otherIndex := query
	otherIndex.Unit++
	otherLayer := query
	otherLayer.Tensor = b.bySite[step.SiteQuery][1]
	noRow := query
	noRow.Row, noRow.RowProof = nil, nil
	extraRow := pick(b, step.SiteAttnResidual, 1)
	extraRow.RowProof = make([]byte, 32)
	lessData := query
	lessData.Data = query.Data[1:]
	for name, c := range map[string]struct {
		s    step.Step
		want error
	}{
		"path too long": {long, step.ErrProof}, "path too short": {short, step.ErrProof}, "uneven path": {uneven, step.ErrRow},
		"over 64 KiB": {huge, step.ErrTooLarge}, "wrong row": {wrongRow, step.ErrRow}, "row of another matrix": {otherPart, step.ErrRow},
		"row of another model": {otherModel, step.ErrRow}, "other index": {otherIndex, step.ErrRow}, "other layer": {otherLayer, step.ErrProof},
		"row left out": {noRow, step.ErrRow}, "row not needed": {extraRow, step.ErrRow}, "less data": {lessData, step.ErrData},
		"no such tensor": {step.Step{Tensor: b.honest.shape.Tensors()}, step.ErrTensor}, "the input": {step.Step{}, step.ErrTensor},
		"no such unit":           {step.Step{Tensor: 1, Unit: 8}, step.ErrUnit},
		"hint for a product":     {step.Step{Tensor: query.Tensor, Hint: 1}, step.ErrHint},
		"hint beyond the logits": {step.Step{Tensor: b.bySite[step.SiteToken][0], Hint: 1}, step.ErrHint},
		"another trace":          {pick(other, step.SiteAttnResidual, 0), step.ErrProof},
	} {
		if v, err := b.check(b.honest.TraceRoot(), c.s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v (%+v)", name, err, c.want, v)
		}
	}
	if _, err := step.Decode(append(query.Encode(), 0)); !errors.Is(err, step.ErrMalformed) {
		t.Error(err)
	}
}

// A choice in a block that does not decide is refused; the right block is found.
func TestHint(t *testing.T) {
	m := randomModel(t, tall())
	for _, r := range requests(m, 3) {
		b := newBench(t, "tall", m, r)
		hints := 0
		for _, leaf := range b.bySite[step.SiteToken] {
			s, err := step.Open(b.honest.shape, b.honest, b.rows, nil, leaf, 0)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := b.check(b.honest.TraceRoot(), s); err != nil || v.Refuted {
				t.Fatalf("%+v %v", v, err)
			}
			if s.Hint != 0 {
				hints++
			}
		}
		if hints == 0 {
			t.Error("every token lies in the first block")
		}
	}
}

// The root of a claim does not depend on threads or kernels, nor on whether the tokens
// were read or produced and with which others.
func TestRootOfAClaim(t *testing.T) {
	for name, m := range models(t) {
		requests := requests(m, 37)
		honest := make([]*run.Witness, len(requests))
		for i, r := range requests {
			c := claimOf(t, engine(t, m, run.Options{}), r)
			honest[i] = witness(t, engine(t, m, run.Options{Threads: 1, Portable: true}), c)
			if first, last := honest[i].Ends(); honest[i].Shape().CheckEnds(honest[i].Root(), first, last) != nil || !honest[i].IsRight() {
				t.Errorf("%s: a right claim fails", name)
			}
			for _, o := range []run.Options{{Threads: 1}, {Threads: 2}, {Threads: 5}, {}} {
				if witness(t, engine(t, m, o), c).Root() != honest[i].Root() {
					t.Errorf("%s %+v: another root", name, o)
				}
			}
		}
		leaves := make([][]step.Hash, len(requests))
		for i, w := range honest {
			leaves[i] = make([]step.Hash, w.Shape().Tensors())
			c := w.Shape().Claim()
			leaves[i][0] = step.LeafHash(w.Shape().Input())
			leaves[i][len(leaves[i])-1] = step.LeafHash(w.Shape().Output(append(slices.Clone(c.Output), m.Header().EOS[0])))
		}
		e := engine(t, m, run.Options{Threads: 3, Tap: func(at run.At, data []byte) {
			i, err := honest[at.Request].Shape().Index(step.At{Position: at.Position, Layer: at.Layer, Site: at.Site})
			if err != nil {
				t.Fatal(err)
			}
			leaves[at.Request][i] = step.LeafHash(data)
		}})
		if _, err := e.GenerateBatch(context.Background(), requests); err != nil {
			t.Fatal(err)
		}
		for i, w := range honest {
			if step.NewTree(leaves[i]).TraceRoot() != w.Root() {
				t.Errorf("%s request %d: produced in a batch, another root", name, i)
			}
		}
	}
}

func TestWitnessOfAWrongClaim(t *testing.T) {
	m := randomModel(t, tiny())
	a := newArena(t, m, 5, 5)
	for range 20 {
		lie := a.wrong(a.right())
		w := witness(t, a.e, lie)
		first, last := w.Ends()
		if w.IsRight() || !errors.Is(w.Shape().CheckEnds(w.Root(), first, last), step.ErrProof) {
			t.Error("a wrong claim passes")
		}
		if err := w.Shape().CheckEnds(w.Root(), last, first); !errors.Is(err, step.ErrProof) {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.e.Witness(ctx, a.right()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := a.e.Witness(context.Background(), step.Claim{}); !errors.Is(err, step.ErrTask) {
		t.Error(err)
	}
}
