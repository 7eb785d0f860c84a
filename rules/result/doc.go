// Package result says, to the bit, what a result is and how a seat commits to one.
//
// It is for everybody who must come to the same 32 bytes: the chain, the worker, the client, a second
// implementation in another language. It is not for deciding which result wins; that is rules/quorum.
//
// Start at Root and Commitment. Every digest here is one SHA-256 over
//
//	u32 length of the tag ‖ tag ‖ the fields in order
//
// where a byte field is u32 length ‖ bytes, a list of token ids is u32 count ‖ count × u32, and an integer has its
// fixed width. All integers are big-endian. No field can run into its neighbour, and no digest of one kind can be
// one of another kind. The vectors in testdata were made by a separate program.
package result
