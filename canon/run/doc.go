// Package run computes a canonical model: token ids in, token ids out, by integer
// arithmetic only. Equal requests to equal models give equal tokens and equal
// intermediate values on every machine, whatever the batch, the number of threads,
// and whether a token was read (prefill) or produced (decode).
//
// It decides nothing about numbers: every value comes from package ops, in the graph
// that forward.go writes down and docs/canon.md specifies. It does not verify the
// model (Model.Verify does) and knows no text.
//
// For disputes it makes traces: Engine.Witness runs the model over somebody's claim and
// hashes every tensor, in the order that package step gives.
//
// Start with Engine.Generate, then forward.go; for traces witness.go.
package run
