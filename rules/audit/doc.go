// Package audit draws which rounds get one more, blind seat: an agreement audit.
//
// It is not for whom to seat (rules/match, with Seed) or what a difference leads to (rules/quorum).
//
// Why it works: the lot is drawn with the beacon of a block after the last seat of the round has committed, and nothing
// is revealed before. So a round whose seats collude has bound itself before anybody can know whether it is audited,
// and the auditor cannot copy, because there is nothing to copy from.
//
// Start at IsDrawn. When more are drawn than a block may seat, Rank says which. Every digest here is one SHA-256 over
//
//	u32 length of the tag ‖ tag ‖ u32 length ‖ chain id ‖ u32 length ‖ beacon ‖ u64 task id ‖ u32 round
//
// with all integers big-endian, as in rules/result. The vectors in testdata were made by a separate program.
package audit
