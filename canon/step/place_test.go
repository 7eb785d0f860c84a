package step_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
)

// sparse is a trace of which only a few tensors exist; the other leaves are random.
type sparse struct {
	*step.Tree
	data map[uint64][]byte
}

func (s *sparse) Tensors(leaves []uint64) ([][]byte, error) {
	var out [][]byte
	for _, i := range leaves {
		out = append(out, s.data[i])
	}
	return out, nil
}

// newSparse makes a trace with random bytes for some tensors.
func newSparse(t testing.TB, s step.Shape, r *rand.Rand, exists ...uint64) (*sparse, []step.Hash) {
	leaves := make([]step.Hash, s.Tensors())
	for i := range leaves {
		leaves[i] = randomHash(r)
	}
	out := &sparse{data: map[uint64][]byte{0: s.Input()}}
	for _, i := range exists {
		n, err := s.Bytes(i)
		if err != nil {
			t.Fatal(err)
		}
		out.data[i] = make([]byte, n)
		for j := range out.data[i] {
			out.data[i][j] = byte(r.Uint32())
		}
		if n == 8 { // a possible activation scale
			copy(out.data[i][4:], []byte{0, 0, 0, 0})
		}
	}
	for i, d := range out.data {
		leaves[i] = step.LeafHash(d)
	}
	out.Tree = step.NewTree(leaves)
	return out, leaves
}

// A dispute over a run of an 8B model over 2 048 tokens: the tree has its real size, the
// tensors around the lie their real lengths, the weights and the rest are made up. One
// element of a product of 14 336 int16 activations is forged.
func TestDisputeOfAn8BRun(t *testing.T) {
	h, r := llama8B(t), rand.New(rand.NewPCG(8, 8))
	s := shape(t, h, claim(1024, 1025, 0, 0))
	if s.Positions() != 2048 {
		t.Fatal(s.Positions())
	}
	at := step.At{Position: 1900, Layer: 17, Site: step.SiteDown}
	down, err := s.Index(at)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	own, leaves := newSparse(t, s, r, down, down-1, down-2)
	building := time.Since(began)

	const unit = 3111
	rows := &fakeRows{h: h, random: r}
	theirs := &sparse{data: map[uint64][]byte{}}
	for i, d := range own.data {
		theirs.data[i] = append([]byte(nil), d...)
	}
	theirs.data[down][4*unit+1] ^= 0x40
	forged := append([]step.Hash(nil), leaves...)
	forged[down] = step.LeafHash(theirs.data[down])
	for i := down + 1; i < s.Tensors(); i++ { // all that follows differs too
		forged[i] = randomHash(r)
	}
	theirs.Tree = step.NewTree(forged)

	var chain time.Duration
	bytes, moves, rounds := 0, 0, 0
	checked := func(f func() error) {
		t.Helper()
		start := time.Now()
		if err := f(); err != nil {
			t.Fatal(err)
		}
		chain += time.Since(start)
		moves++
	}
	view, place, hash := step.NewView(), s.Top(), theirs.TraceRoot()
	for !place.IsChunk() {
		children, err := step.Children(s, theirs, place)
		if err != nil {
			t.Fatal(err)
		}
		checked(func() error { return s.CheckChildren(place, hash, children) })
		view.Learn(place, children)
		mine, err := step.Children(s, own, place)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for mine[i] == children[i] {
			i++
		}
		path := step.ChildPath(children, i)
		checked(func() error {
			next, err := s.CheckChild(place, hash, i, children[i], path)
			place, hash = next, children[i]
			return err
		})
		bytes, rounds = bytes+32*len(children)+34+32*len(path), rounds+1
	}
	chunk, err := step.Chunk(theirs, place)
	if err != nil {
		t.Fatal(err)
	}
	checked(func() error { return s.CheckChunk(place, hash, chunk) })
	view.LearnChunk(place, chunk)
	mine, err := step.Chunk(own, place)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.WrongUnit(place, mine, chunk)
	if err != nil || place.Tensor != down || found != unit {
		t.Fatalf("found unit %d of tensor %d, %v", found, place.Tensor, err)
	}
	opened, err := step.Open(s, own, rows, view, down, unit)
	if err != nil {
		t.Fatal(err)
	}
	bytes += len(chunk) + len(opened.Encode())
	checked(func() error {
		v, err := step.Check(step.Case{Shape: s, TraceRoot: theirs.TraceRoot(), ModelRoot: rows.root}, opened)
		if err == nil && !v.Refuted {
			t.Error("not refuted")
		}
		return err
	})
	t.Logf("%d tensors; tree built in %v; %d lists of children, %d moves, %d bytes (step %d), chain %v; longest possible: %d lists",
		s.Tensors(), building.Round(time.Millisecond), rounds, moves, bytes, len(opened.Encode()), chain.Round(time.Microsecond), s.Rounds(s.Top()))
	if rounds != 5 || s.Rounds(s.Top()) != 6 || bytes > 80_000 {
		t.Errorf("%d lists", rounds)
	}
}

// How many bytes a witness hashes, from the shapes alone.
func TestBytesOfAn8BTrace(t *testing.T) {
	s := shape(t, llama8B(t), claim(2047, 1, 0, 0))
	bySite, all := map[step.Site]uint64{}, uint64(0)
	for p := range s.Positions() {
		for site := step.SiteEmbedding; site <= step.SiteToken; site++ {
			leaf, err := s.Index(step.At{Position: p, Site: site})
			if err != nil {
				continue
			}
			n, err := s.Bytes(leaf)
			if err != nil {
				t.Fatal(err)
			}
			if site >= step.SiteAttnSquares && site <= step.SiteFFNResidual {
				n *= 32
			}
			bySite[site] += n
			all += n
		}
	}
	mb := func(n uint64) uint64 { return n >> 20 }
	t.Logf("%d tensors, %d MB: partial sums %d, value blocks %d, scores and weights %d, the rest %d",
		s.Tensors(), mb(all), mb(bySite[step.SitePartials]), mb(bySite[step.SiteValueBlock]), mb(bySite[step.SiteScores]+bySite[step.SiteWeights]),
		mb(all-bySite[step.SitePartials]-bySite[step.SiteValueBlock]-bySite[step.SiteScores]-bySite[step.SiteWeights]))
}

func TestBadMoves(t *testing.T) {
	h := valid(t, model.Header{
		Vocab: 40_000, Dim: 6, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 6, MaxContext: 64,
		Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 16, FFNOut: 8, Head: 8},
	})
	s, r := shape(t, h, claim(5, 3, 0, 0)), rand.New(rand.NewPCG(9, 9))
	logits, err := s.Index(step.At{Position: 5, Site: step.SiteLogits})
	if err != nil {
		t.Fatal(err)
	}
	own, _ := newSparse(t, s, r, logits)
	place, hash := s.Top(), own.TraceRoot()
	for !place.IsChunk() {
		children, err := step.Children(s, own, place)
		if err != nil || s.CheckChildren(place, hash, children) != nil {
			t.Fatal(err)
		}
		i := int(logits>>(7*max(place.Level, 1)-7) - place.Index*step.Arity)
		if place.InTensor {
			i = len(children) - 1
		}
		path := step.ChildPath(children, i)
		swapped := append([]step.Hash(nil), children...)
		swapped[0] = swapped[len(swapped)-1]
		swapped[len(swapped)-1][0] ^= 1
		for name, c := range map[string]struct{ got, want error }{
			"a child too few":  {s.CheckChildren(place, hash, children[1:]), step.ErrChildren},
			"a child too many": {s.CheckChildren(place, hash, append(swapped, step.Hash{})), step.ErrChildren},
			"other children":   {s.CheckChildren(place, hash, swapped), step.ErrChildren},
			"no chunk":         {s.CheckChunk(place, hash, make([]byte, 512)), step.ErrPlace},
			"no such child":    {second(s.CheckChild(place, hash, len(children), children[i], path)), step.ErrPlace},
			"before the first": {second(s.CheckChild(place, hash, -1, children[i], path)), step.ErrPlace},
			"other child":      {second(s.CheckChild(place, hash, i, step.Hash{5}, path)), step.ErrProof},
			"longer path":      {second(s.CheckChild(place, hash, i, children[i], append(path, step.Hash{}))), step.ErrProof},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%+v, %s: %v, want %v", place, name, c.got, c.want)
			}
		}
		next, err := s.CheckChild(place, hash, i, children[i], path)
		if err != nil {
			t.Fatal(err)
		}
		place, hash = next, children[i]
	}
	if place.Tensor != logits {
		t.Fatalf("came to tensor %d, not %d", place.Tensor, logits)
	}
	chunk, err := step.Chunk(own, place)
	if err != nil || s.CheckChunk(place, hash, chunk) != nil || len(chunk) != 40_000*4%512 {
		t.Errorf("the last chunk: %d bytes, %v", len(chunk), err)
	}
	chunk[3] ^= 1
	if err := s.CheckChunk(place, hash, chunk); !errors.Is(err, step.ErrChunk) {
		t.Error(err)
	}
	if err := s.CheckChunk(place, hash, chunk[1:]); !errors.Is(err, step.ErrChunk) {
		t.Error(err)
	}
	if _, err := step.Children(s, own, place); !errors.Is(err, step.ErrPlace) {
		t.Error(err)
	}
	if _, err := step.Chunk(own, s.Top()); !errors.Is(err, step.ErrPlace) {
		t.Error(err)
	}
	if _, _, err := s.ChunkUnits(s.Top()); !errors.Is(err, step.ErrPlace) {
		t.Error(err)
	}
	if _, err := s.WrongUnit(place, chunk, chunk); !errors.Is(err, step.ErrPlace) {
		t.Error(err)
	}
}

func second(_ step.Place, err error) error { return err }
