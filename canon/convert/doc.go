// Package convert makes a canonical model file from a GGUF file and reports the error
// that this introduces. It is the only part of canon that touches floating point,
// and it is written so that its output is the same bytes on every machine: each
// float64 result is a single correctly rounded operation (nothing that a compiler may
// fuse), and the rotation table is computed with 256-bit numbers.
//
// Start with FromGGUF.
package convert
