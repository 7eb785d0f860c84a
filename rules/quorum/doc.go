// Package quorum turns what the seats of a round did into a verdict, says what follows from a verdict, and judges
// each seat once the task has ended.
//
// It is not for who sits (rules/match), what a result is (rules/result) or what is paid (rules/payout).
//
// Start at Decide: a round of n seats agrees when k of them revealed one result. Votes are counted only after the
// round has ended, and a seat that stayed away counts for nothing.
//
//	role        n      k      not agreed
//	PRIMARY     seats  seats  split → referee or PANEL, stalled → REDRAW
//	REDRAW      seats  seats  split → referee or PANEL, stalled → refund
//	PANEL       3      3      → PANEL_WIDE
//	PANEL_WIDE  7      5      → refund
//
// A PRIMARY or REDRAW may get one more, blind seat after its seats have committed (an audit). It does not count for k,
// and what it reveals counts like the others: any difference in such a round is a split.
package quorum
