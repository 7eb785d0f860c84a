// Package step referees canonical runs. It says which tensors a run has and in which
// order (Shape), how they are hashed into one trace root (Tree), how two parties walk
// from a root down to the first chunk on which they differ (Place), and it computes
// the one unit of one tensor that settles who was right (Check).
//
// The chain and the workers use it alike. It is pure: no clock, no disk, no floating
// point, nothing but package ops for arithmetic and package model for weight rows. It
// does not run models (package run does, and makes traces) and knows nothing of
// deadlines or money (package rules/dispute and the chain do).
//
// The idea: the claim of a run (its prompt, its terms, its answer) fixes every token
// that enters the model, so it fixes the shape of the trace and, unit by unit, what
// every tensor must hold. Each unit follows from units to its left. So if a claim is
// wrong, its trace has a leftmost wrong unit, everything that this unit is computed
// from is right, and one step shows it. docs/canon.md, sections 8 and 10 to 12, is the
// specification.
//
// Start with claim.go and graph.go, then tree.go, then step.go. The operators are in
// op_*.go, one entry of a table for each tensor.
package step
