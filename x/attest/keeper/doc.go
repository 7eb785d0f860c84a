// Package keeper remembers the rounds of x/attest: who is seated, what was committed and revealed, until when.
//
// It decides nothing: rules/result says what a result and a commitment are, rules/quorum what a round established.
// It holds no money and knows no price but what it passes on.
//
// Start at keeper.go for the state, then follow a round: listener.go opens it, msg_commit_result.go and
// msg_reveal_result.go fill it, step_verdict.go ends it, finish.go ends its task.
package keeper
