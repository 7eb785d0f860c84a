package step

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrMalformed is returned when bytes are no encoding of a step.
var ErrMalformed = errors.New("malformed step")

// stepHead is the length of the fixed part of an encoding: version, three numbers, four
// lengths.
const stepHead = 1 + 3*8 + 4*4

// stepVersion is the first byte of an encoding.
const stepVersion = 1

// Encode returns the only encoding of a step: version 1; tensor, unit, hint as uint64;
// the lengths of the four byte fields as uint32; the fields. All little-endian.
func (s Step) Encode() []byte {
	b := append(make([]byte, 0, stepHead+len(s.Data)+len(s.Proof)+len(s.Row)+len(s.RowProof)), stepVersion)
	for _, v := range []uint64{s.Tensor, s.Unit, s.Hint} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	fields := [][]byte{s.Data, s.Proof, s.Row, s.RowProof}
	for _, f := range fields {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
	}
	for _, f := range fields {
		b = append(b, f...)
	}
	return b
}

// Decode reads an encoding of at most MaxStepBytes and its fixed part; nothing may
// follow. The fields refer to b. Errors: ErrTooLarge, ErrMalformed.
func Decode(b []byte) (Step, error) {
	if len(b) > stepHead+MaxStepBytes {
		return Step{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(b), stepHead+MaxStepBytes)
	}
	if len(b) < stepHead || b[0] != stepVersion {
		return Step{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	number := func(i int) uint64 { return binary.LittleEndian.Uint64(b[1+8*i:]) }
	s, rest := Step{Tensor: number(0), Unit: number(1), Hint: number(2)}, b[stepHead:]
	for i, f := range []*[]byte{&s.Data, &s.Proof, &s.Row, &s.RowProof} {
		n := uint64(binary.LittleEndian.Uint32(b[25+4*i:]))
		if n > uint64(len(rest)) {
			return Step{}, fmt.Errorf("%w: field %d of %d bytes, %d left", ErrMalformed, i, n, len(rest))
		}
		*f, rest = rest[:n:n], rest[n:]
	}
	if len(rest) > 0 {
		return Step{}, fmt.Errorf("%w: %d bytes too many", ErrMalformed, len(rest))
	}
	return s, nil
}
