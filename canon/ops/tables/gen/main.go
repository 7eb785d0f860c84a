// Command gen writes the committed table of powers of two, exp2.bin. It works with
// 300-bit numbers, so the rounded result is the same on every machine.
// Run it from canon/ops: go run ./tables/gen
package main

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"os"
)

const precision = 300

func main() {
	out := append(powers(8), powers(16)...)
	if err := os.WriteFile("tables/exp2.bin", out, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// powers returns round(2^30 * 2^(-i/2^logStep)) for i in 0..255 as little-endian uint32.
func powers(logStep int) []byte {
	step := big.NewFloat(0.5).SetPrec(precision)
	for range logStep {
		step.Sqrt(step)
	}
	v := new(big.Float).SetPrec(precision).SetInt64(1 << 30)
	out := make([]byte, 0, 1024)
	for range 256 {
		rounded, _ := new(big.Float).SetPrec(precision).Add(v, big.NewFloat(0.5)).Uint64()
		out = binary.LittleEndian.AppendUint32(out, uint32(rounded))
		v.Mul(v, step)
	}
	return out
}
