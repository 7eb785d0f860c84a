// Package dispute is the order of play between a solver, who posted a result, and a
// challenger, who says that it is wrong: whose turn it is, which move may follow which,
// who wins when a move stays out, who pays, and which results are left in the end.
//
// It is for the chain, which enforces it, and for the workers, who play it. It knows
// nothing of hashes and tensors: package canon/step says what a trace is, checks each
// move's contents and computes the one step that decides.
//
// The play: the solver posts its trace root with the children of the top; the challenger
// names the leftmost child that differs from its own; the solver shows that child's
// children; and so on down to a chunk of 512 bytes, which the solver shows. Then the
// challenger opens one step in it, and the chain computes who was right. Whoever is to
// move and does not by the deadline loses.
//
// Start with phase.go.
package dispute
