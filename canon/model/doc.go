// Package model holds the canonical model file: its header, its layout, its Merkle
// root (the model_id) and the proofs that a header or one weight row belongs to it.
//
// The chain uses ParseHeader, VerifyHeader and VerifyRow, which are pure and bounded;
// workers use Open, which maps the file and never copies the weights. It does not
// compute with the weights (package run) nor make them (package convert).
//
// docs/canon.md specifies the bytes. Start with header.go, then layout.go.
package model
