package app

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"

	"cosmossdk.io/core/address"
)

// rememberedAddresses is how many spellings of addresses are remembered, at 150 bytes each. It is far more than the
// accounts that are busy in one block.
const rememberedAddresses = 1 << 12

// addresses reads and writes addresses as the codec inside does, and remembers what it has read and written: every
// provider of a seat is read ten times in the life of a task, a microsecond each. A spelling has one meaning for ever,
// so what is remembered changes nothing but time. It is safe for concurrent use.
type addresses struct {
	inner address.Codec
	seed  maphash.Seed
	read  []atomic.Pointer[spelling]
	wrote []atomic.Pointer[spelling]
}

// spelling is an address in both forms.
type spelling struct {
	text  string
	bytes []byte
}

func newAddresses(inner address.Codec) address.Codec {
	return &addresses{
		inner: inner, seed: maphash.MakeSeed(),
		read:  make([]atomic.Pointer[spelling], rememberedAddresses),
		wrote: make([]atomic.Pointer[spelling], rememberedAddresses),
	}
}

// StringToBytes implements address.Codec. The caller may change what it gets.
func (a *addresses) StringToBytes(text string) ([]byte, error) {
	place := &a.read[maphash.String(a.seed, text)%rememberedAddresses]
	if s := place.Load(); s != nil && s.text == text {
		return bytes.Clone(s.bytes), nil
	}
	b, err := a.inner.StringToBytes(text)
	if err == nil {
		place.Store(&spelling{text, bytes.Clone(b)})
	}
	return b, err
}

// BytesToString implements address.Codec.
func (a *addresses) BytesToString(b []byte) (string, error) {
	place := &a.wrote[maphash.Bytes(a.seed, b)%rememberedAddresses]
	if s := place.Load(); s != nil && bytes.Equal(s.bytes, b) {
		return s.text, nil
	}
	text, err := a.inner.BytesToString(b)
	if err == nil {
		place.Store(&spelling{text, bytes.Clone(b)})
	}
	return text, err
}
