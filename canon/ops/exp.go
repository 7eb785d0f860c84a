package ops

import (
	"crypto/sha256"
	_ "embed" // the committed table
	"encoding/binary"
)

// exp2Table is the committed table: 256 entries round(2^30 * 2^(-i/256)), then 256
// entries round(2^30 * 2^(-i/65536)), each a little-endian uint32. It is data, made
// once by tables/gen with exact arithmetic, and never computed at run time.
//
//go:embed tables/exp2.bin
var exp2Table string

var exp2High, exp2Low = readTable(0), readTable(1024)

func readTable(at int) (t [256]uint32) {
	for i := range t {
		t[i] = binary.LittleEndian.Uint32([]byte(exp2Table[at+4*i : at+4*i+4]))
	}
	return t
}

// TablesHash is the SHA-256 of the committed tables; a model header names it, so a
// model made for other tables is refused.
func TablesHash() [32]byte { return sha256.Sum256([]byte(exp2Table)) }

// Exp2Neg returns 2^(-d) in Q30 for d in Q16, rounded down after the table product:
// between 2^30 (d = 0) and 0 (d >= 31).
func Exp2Neg(d uint32) uint32 {
	n := d >> 16
	if n > 30 {
		return 0
	}
	e := uint64(exp2High[d>>8&255]) * uint64(exp2Low[d&255])
	return uint32((e+1<<29)>>30) >> n
}
