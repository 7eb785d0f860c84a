package model

import (
	"encoding/binary"
	"fmt"
)

// maxProof bounds a proof before anything is hashed: no model has 2^40 rows.
const maxProof = 40

// VerifyHeader checks that headerBytes is a valid header and leaf 0 of the model with
// this root, and returns it. The number of leaves follows from the header. It fails
// closed with ErrHeader or ErrProof and never hashes more than MaxHeaderBytes plus
// 40 nodes.
func VerifyHeader(root [32]byte, headerBytes []byte, proof [][32]byte) (Header, error) {
	h, err := ParseHeader(headerBytes)
	if err != nil {
		return Header{}, err
	}
	_, leaves := firstLeaf(h, Embedding, 0)
	if err := verifyLeaf(root, leaves, 0, leafHash(headerBytes), proof); err != nil {
		return Header{}, err
	}
	return h, nil
}

// RowID names one weight row of a model. Layer is 0 for parts outside the layers.
type RowID struct {
	Part  Part
	Layer int
	Row   uint64
}

// VerifyRow checks that payload (scale u32 little-endian, then the elements; no scale
// for Rope) is the named row of the model with this root and an already verified
// header. It fails closed with ErrProof.
func VerifyRow(root [32]byte, h Header, id RowID, payload []byte, proof [][32]byte) error {
	kind, rows, cols := shape(h, id.Part)
	if !id.exists(h, rows) {
		return fmt.Errorf("%w: no row %d in part %d of layer %d", ErrProof, id.Row, id.Part, id.Layer)
	}
	want := cols * kind.elementBytes()
	if kind != ropeRows {
		want += 4
	}
	if uint64(len(payload)) != want {
		return fmt.Errorf("%w: row of %d bytes, need %d", ErrProof, len(payload), want)
	}
	first, leaves := firstLeaf(h, id.Part, id.Layer)
	return verifyLeaf(root, leaves, first+id.Row, leafHash(payload), proof)
}

// exists tells whether a model has the row; a part outside the layers is in layer 0.
func (id RowID) exists(h Header, rows uint64) bool {
	if id.Part > Rope || id.Layer < 0 || id.Row >= rows {
		return false
	}
	if id.Part < AttnNorm || id.Part > Down {
		return id.Layer == 0
	}
	return id.Layer < int(h.Layers)
}

// firstLeaf returns the leaf of a part's first row, and the number of leaves of the
// model, in constant time: the chain asks for both in every step of a dispute.
func firstLeaf(h Header, part Part, layer int) (first, leaves uint64) {
	rows := func(p Part) uint64 {
		_, n, _ := shape(h, p)
		return n
	}
	before, perLayer := uint64(0), uint64(0) // of the part in its layer; of a layer
	for p := AttnNorm; p <= Down; p++ {
		if p < part {
			before += rows(p)
		}
		perLayer += rows(p)
	}
	layers := 1 + rows(Embedding)
	norm := layers + perLayer*uint64(h.Layers)
	head := norm + rows(OutputNorm)
	rope := head
	if !h.TiedHead {
		rope += rows(Head)
	}
	leaves = rope + rows(Rope)
	switch {
	case part == Embedding, part == Head && h.TiedHead:
		first = 1
	case part <= Down:
		first = layers + perLayer*uint64(layer) + before
	case part == OutputNorm:
		first = norm
	case part == Head:
		first = head
	default:
		first = rope
	}
	return first, leaves
}

func verifyLeaf(root [32]byte, leaves, leaf uint64, hash [32]byte, proof [][32]byte) error {
	if len(proof) > maxProof {
		return fmt.Errorf("%w: %d hashes", ErrProof, len(proof))
	}
	top, err := climb(hash, leaf, leaves, proof)
	if err != nil {
		return err
	}
	if got := bindCount(top, leaves); got != root {
		return fmt.Errorf("%w: expected root %x, got %x", ErrProof, root, got)
	}
	return nil
}

// row returns the tensor that holds a named row, or ErrProof when there is none.
func (l layout) row(h Header, id RowID) (tensor, error) {
	if id.Part > Rope || id.Layer < 0 || id.Layer >= int(h.Layers) {
		return tensor{}, fmt.Errorf("%w: no part %d in layer %d", ErrProof, id.Part, id.Layer)
	}
	t := l.find(id.Part, id.Layer)
	if id.Row >= t.rows || t.layer != id.Layer {
		return tensor{}, fmt.Errorf("%w: no row %d in part %d of layer %d", ErrProof, id.Row, id.Part, id.Layer)
	}
	return t, nil
}

// HeaderProof returns the Merkle path of leaf 0, for VerifyHeader.
func (m *Model) HeaderProof() ([][32]byte, error) { return m.proof(0) }

// RowProof returns the payload of a weight row and its Merkle path, for VerifyRow.
func (m *Model) RowProof(id RowID) (payload []byte, proof [][32]byte, err error) {
	t, err := m.layout.row(m.header, id)
	if err != nil {
		return nil, nil, err
	}
	scale, data := m.rowParts(t, id.Row)
	proof, err = m.proof(t.firstLeaf + id.Row)
	return append(append([]byte{}, scale...), data...), proof, err
}

// rowParts returns the scale (empty for Rope) and the elements of a row, in place.
func (m *Model) rowParts(t tensor, row uint64) (scale, data []byte) {
	if t.kind != ropeRows {
		scale = m.data[t.scaleAt+4*row:][:4]
	}
	return scale, m.data[t.dataAt+row*t.rowBytes():][:t.rowBytes()]
}

// proof joins the path inside the chunk of a leaf and the path above the chunks.
func (m *Model) proof(leaf uint64) ([][32]byte, error) {
	chunks, err := m.chunkRoots()
	if err != nil {
		return nil, err
	}
	first := leaf / chunkLeaves * chunkLeaves
	low := path(m.leafHashes(first), leaf-first)
	high := path(chunks, leaf/chunkLeaves)
	return append(low, high...), nil
}

// littleEndianScale reads the Q30 scale of a row.
func littleEndianScale(b []byte, row int) uint32 { return binary.LittleEndian.Uint32(b[4*row:]) }
