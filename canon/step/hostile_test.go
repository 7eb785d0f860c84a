package step

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// hostileShape has every tensor, some with more than one block.
func hostileShape(t testing.TB) Shape {
	t.Helper()
	h := model.Header{
		Profile: model.Profile, Arch: model.Arch, Vocab: 4100, Dim: 10, Layers: 1, Heads: 4, KVHeads: 2, HeadDim: 6, FFN: 4200,
		MaxContext: 4600, NormEps: 1, AttnScale: 1 << 24, BOS: 0, EOS: []uint32{3}, TokenizerBytes: 2, TablesHash: ops.TablesHash(),
		Widths: model.Widths{AttnIn: 16, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 16},
	}
	if _, err := model.ParseHeader(h.Encode()); err != nil {
		t.Fatal(err)
	}
	c := Claim{Prompt: make([]uint32, 4400), MaxOutput: 9, Temperature: 1, TopK: 4000, Output: []uint32{1, 2}, Stop: StopEnd}
	s, err := NewShape(h, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// patterns are bytes that no honest run commits.
var patterns = []func(r *rand.Rand, b []byte){
	func(_ *rand.Rand, b []byte) { clear(b) },
	func(_ *rand.Rand, b []byte) {
		for i := range b {
			b[i] = 0xff
		}
	},
	func(_ *rand.Rand, b []byte) { // most negative
		for i := range b {
			b[i] = byte(i % 4 / 3 * 0x80)
		}
	},
	func(_ *rand.Rand, b []byte) { // most positive
		for i := range b {
			b[i] = 0xff - byte(i%4/3*0x80)
		}
	},
	func(r *rand.Rand, b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	},
	func(r *rand.Rand, b []byte) { // small numbers
		for i := range b {
			b[i] = 0
			if i%4 == 0 {
				b[i] = byte(r.Uint32N(3))
			}
		}
	},
}

// hostile computes a unit from bytes of which nothing is known. It returns whether they
// were found impossible.
func hostile(t testing.TB, s Shape, leaf, unit, hint uint64, fill func(b []byte)) bool {
	p, err := s.Plan(leaf, unit, hint)
	if err != nil {
		t.Fatal(err)
	}
	st := Step{Data: make([]byte, p.DataBytes), Row: make([]byte, p.RowBytes)}
	fill(st.Data)
	fill(st.Row)
	v, err := p.judge(s, st)
	if err != nil && !errors.Is(err, ErrHint) {
		t.Fatalf("%s unit %d: %v", p.At, unit, err)
	}
	return err == nil && v.Refuted && v.Expected == nil
}

// Whatever a hostile solver commits, computing with it neither panics nor takes more
// than its work; numbers beyond their bounds are found out.
func TestHostileInputs(t *testing.T) {
	s, r := hostileShape(t), rand.New(rand.NewPCG(6, 6))
	impossible := map[Site]int{}
	last := s.Tensors() - 1
	first := last - s.body - uint64(len(s.tail))
	n := 0
	for round := range 40 {
		for leaf := first; leaf <= last; leaf++ {
			at, err := s.At(leaf)
			if err != nil {
				t.Fatal(err)
			}
			units := s.layout(at).count()
			unit := []uint64{0, units - 1, r.Uint64N(units)}[round%3]
			hint := uint64(0)
			if at.Site == SiteToken {
				hint = uint64(round % 2)
			}
			if hostile(t, s, leaf, unit, hint, func(b []byte) { patterns[round%len(patterns)](r, b) }) {
				impossible[at.Site]++
			}
			n++
		}
	}
	t.Logf("%d cases; impossible inputs found at %d kinds of tensor", n, len(impossible))
	for _, site := range []Site{SiteAttnFactor, SiteAttnNormed, SiteAttnInScale, SiteAttnInQuant, SiteQuery, SiteScores, SiteTotals, SitePartials, SiteMixed, SiteCut, SiteToken} {
		if impossible[site] == 0 {
			t.Errorf("%s takes anything", site)
		}
	}
}

func FuzzOperators(f *testing.F) {
	s := hostileShape(f)
	f.Add(uint64(5), uint64(0), []byte{0xff, 0, 0x80})
	f.Add(s.Tensors()-2, uint64(0), []byte{1})
	f.Fuzz(func(t *testing.T, leaf, unit uint64, seed []byte) {
		leaf = 1 + leaf%(s.Tensors()-1)
		at, err := s.At(leaf)
		if err != nil {
			t.Fatal(err)
		}
		hostile(t, s, leaf, unit%s.layout(at).count(), 0, func(b []byte) {
			for i := range b {
				if len(seed) > 0 {
					b[i] = seed[i%len(seed)] ^ byte(i/len(seed))
				}
			}
		})
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(Step{Tensor: 3, Unit: 1, Data: []byte{1, 2}, Proof: make([]byte, 64), Row: []byte{7}, RowProof: make([]byte, 32)}.Encode())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		if string(s.Encode()) != string(b) {
			t.Fatalf("%x decodes to a step that encodes to %x", b, s.Encode())
		}
	})
}

// FuzzCheck: bytes that were not made for a trace never judge it.
func FuzzCheck(f *testing.F) {
	s := hostileShape(f)
	p, err := s.Plan(7, 0, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(Step{Tensor: 7, Data: make([]byte, p.DataBytes), Proof: make([]byte, 32*p.Hashes), Row: make([]byte, p.RowBytes)}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		st, err := Decode(b)
		if err != nil {
			return
		}
		if v, err := Check(Case{Shape: s, TraceRoot: Hash{1}, ModelRoot: Hash{2}}, st); err == nil {
			t.Fatalf("%+v", v)
		}
	})
}

// FuzzMoves: no list, path or chunk is taken that does not hash to its place.
func FuzzMoves(f *testing.F) {
	s := hostileShape(f)
	f.Add([]byte{1, 2, 3}, uint64(7), 3)
	f.Fuzz(func(t *testing.T, b []byte, leaf uint64, i int) {
		places := []Place{s.Top()}
		for p := s.Top(); !p.IsChunk(); {
			next, err := s.Child(p, int(leaf%uint64(s.Fanout(p))))
			if err != nil {
				t.Fatal(err)
			}
			places, p = append(places, next), next
		}
		var list []Hash
		for rest := b; len(rest) >= 32; rest = rest[32:] {
			list = append(list, Hash(rest[:32]))
		}
		child := Hash{}
		binary.LittleEndian.PutUint64(child[:], leaf)
		for _, p := range places {
			if s.CheckChildren(p, Hash{1}, list) == nil || s.CheckChunk(p, Hash{1}, b) == nil {
				t.Fatal("taken")
			}
			if _, err := s.CheckChild(p, Hash{1}, i, child, list); err == nil {
				t.Fatal("taken")
			}
		}
	})
}
