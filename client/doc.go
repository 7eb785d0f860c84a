// Package client is the Go SDK of aichain in the words of the flow: post a task, watch it, commit, reveal.
//
// A Client owns what every program needs and none should write twice: the key, gas and fees, the account's
// sequence, retries, reconnection, and the wait for a transaction's block. The command line and the worker are
// built on it. It does not tokenise (package ask does) and does not decide (packages under rules/ do).
//
// Start at New. Reads go over gRPC; new blocks are heard over the node's websocket, with gRPC polling as the
// fallback. Every call takes a context and stops with it. Errors are of type *Error or *ChainError; see errors.go.
package client
