// Package ante decides which transactions may enter a block and what they pay: the SDK's chain of checks with
// bounds on size, our least fee, and free messages: commits and reveals of assigned seats, moves of disputes that are due.
//
// The order is the defence. A free seat message is checked against the state before its signature is verified and
// before any fee is taken, so that a flood of them from strangers costs a node one read each, and a flood with
// forged senders one signature check each. Start at handler.go.
package ante
