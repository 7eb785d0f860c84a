package model

// Part names one kind of weight tensor. The values order the tensors of a layer.
type Part uint8

// The parts of a model, in file order: Embedding, then AttnNorm..Down of every layer,
// then OutputNorm, Head (absent when tied), Rope.
const (
	Embedding Part = iota
	AttnNorm
	Query
	Key
	Value
	AttnOut
	FFNNorm
	Gate
	Up
	Down
	OutputNorm
	Head
	Rope
)

// kind is how the elements of a row are stored.
type kind uint8

const (
	matrixRows kind = iota // scale u32 (Q30) and int8 elements
	normRow                // scale u32 (Q30) and int16 elements
	ropeRows               // int32 elements (Q30), no scale
)

func (k kind) elementBytes() uint64 { return [...]uint64{1, 2, 4}[k] }

const (
	preambleBytes = 16
	alignment     = 64 // a cache line, so that vector loads do not straddle two
	magic         = "AICANON1"
)

// tensor is where one tensor lies in the file and in the Merkle tree.
type tensor struct {
	part       Part
	layer      int
	kind       kind
	rows, cols uint64
	firstLeaf  uint64
	scaleAt    uint64
	dataAt     uint64
}

func (t tensor) rowBytes() uint64 { return t.cols * t.kind.elementBytes() }

func (t tensor) scaleBytes() uint64 {
	if t.kind == ropeRows {
		return 0
	}
	return 4 * t.rows
}

// layout is the shape of a whole file, derived from its header alone.
type layout struct {
	tokenizerAt uint64
	tensors     []tensor
	fileBytes   uint64
	leaves      uint64
}

func align(n uint64) uint64 { return (n + alignment - 1) &^ (alignment - 1) }

// newLayout places the parts of a validated header. The limits keep every product
// below 2^46.
func newLayout(h Header) layout {
	l := layout{leaves: 1}
	l.tokenizerAt = align(preambleBytes + uint64(len(h.Encode())))
	l.fileBytes = align(l.tokenizerAt + uint64(h.TokenizerBytes))
	l.add(h, Embedding, 0)
	for layer := range int(h.Layers) {
		for part := AttnNorm; part <= Down; part++ {
			l.add(h, part, layer)
		}
	}
	l.add(h, OutputNorm, 0)
	if !h.TiedHead {
		l.add(h, Head, 0)
	}
	l.add(h, Rope, 0)
	return l
}

func (l *layout) add(h Header, part Part, layer int) {
	t := tensor{part: part, layer: layer, firstLeaf: l.leaves}
	t.kind, t.rows, t.cols = shape(h, part)
	t.scaleAt = l.fileBytes
	t.dataAt = align(t.scaleAt + t.scaleBytes())
	l.fileBytes = align(t.dataAt + t.rows*t.rowBytes())
	l.leaves += t.rows
	l.tensors = append(l.tensors, t)
}

// shape returns how a part is stored, its rows and the elements of a row.
func shape(h Header, part Part) (k kind, rows, cols uint64) {
	dim, ffn := uint64(h.Dim), uint64(h.FFN)
	q, kv := uint64(h.Heads)*uint64(h.HeadDim), uint64(h.KVHeads)*uint64(h.HeadDim)
	switch part {
	case Embedding, Head:
		return matrixRows, uint64(h.Vocab), dim
	case Query:
		return matrixRows, q, dim
	case Key, Value:
		return matrixRows, kv, dim
	case AttnOut:
		return matrixRows, dim, q
	case Gate, Up:
		return matrixRows, ffn, dim
	case Down:
		return matrixRows, dim, ffn
	case Rope:
		return ropeRows, uint64(h.MaxContext), uint64(h.HeadDim)
	default: // the three norms
		return normRow, 1, dim
	}
}

// find returns the tensor of a part. Layer is ignored for parts outside the layers,
// and Head is the embedding when tied.
func (l layout) find(part Part, layer int) tensor {
	if part >= AttnNorm && part <= Down {
		return l.tensors[1+layer*int(Down)+int(part-AttnNorm)]
	}
	last := len(l.tensors) - 1
	switch part {
	case Rope:
		return l.tensors[last]
	case Head:
		if l.tensors[last-1].part == Head {
			return l.tensors[last-1]
		}
	case OutputNorm:
		if l.tensors[last-1].part == OutputNorm {
			return l.tensors[last-1]
		}
		return l.tensors[last-2]
	}
	return l.tensors[0]
}

// at returns the tensor and the row of a leaf; leaf 0 is the header and has none.
func (l layout) at(leaf uint64) (tensor, uint64) {
	low, high := 0, len(l.tensors)-1
	for low < high {
		mid := (low + high + 1) / 2
		if l.tensors[mid].firstLeaf <= leaf {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return l.tensors[low], leaf - l.tensors[low].firstLeaf
}

// Shape returns the rows and the elements of a row of a part.
func Shape(h Header, part Part) (rows, cols int) {
	_, r, c := shape(h, part)
	return int(r), int(c)
}

// IsNorm tells whether a part is a norm, stored as one row of int16.
func IsNorm(part Part) bool { return part == AttnNorm || part == FFNNorm || part == OutputNorm }
