// Package ops holds the operators of the integer inference profile canon-int/1:
// every number a canonical model produces comes out of a function in this package.
//
// It is for the engine (package run), which calls the operators over whole rows,
// and for a referee, which calls the same code for one element. It knows nothing
// of files, models, caches or threads. There is no floating point here, and no
// operator depends on the order in which sums are taken: all sums are exact.
//
// docs/canon.md is the specification; this package must not decide anything that
// the specification leaves open. Start with round.go (the one rounding rule), then
// quant.go and gemm.go (matrix products), norm.go, rope.go, attention.go, silu.go
// and sample.go.
//
// Fixed-point notation: Qn is an integer that stands for itself divided by 2^n.
// Hidden values ("activations") are Q16 in an int32, saturated, never wrapped.
package ops
