package model

import "testing"

// The chain places rows without building a layout; it places them as the layout does.
func TestFirstLeafIsTheLayouts(t *testing.T) {
	for _, tied := range []bool{false, true} {
		h := Header{Vocab: 50, Dim: 12, Layers: 3, Heads: 4, KVHeads: 2, HeadDim: 6, FFN: 20, MaxContext: 9, TiedHead: tied}
		l := newLayout(h)
		for part := Embedding; part <= Rope; part++ {
			for layer := range 3 {
				if layer > 0 && (part < AttnNorm || part > Down) {
					continue
				}
				first, leaves := firstLeaf(h, part, layer)
				if want := l.find(part, layer).firstLeaf; first != want || leaves != l.leaves {
					t.Errorf("tied %v, part %d of layer %d: leaf %d of %d, want %d of %d", tied, part, layer, first, leaves, want, l.leaves)
				}
			}
		}
	}
}
