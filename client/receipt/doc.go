// Package receipt makes and checks receipts: one file that proves, to somebody who runs no node and trusts no server,
// that the chain settled a task with a certain answer.
//
// A receipt carries the chain's own records of the task, its model and its rounds as raw bytes, an ICS-23 proof of each
// up to the app hash, the header that carries the app hash, and the commit that validators signed over that header.
// Decode reads a file strictly, Receipt.Verify checks it against a header that the reader trusts, and neither uses the
// network or the disk. Export asks a node for all of it; the node is not trusted either, because what it returned is
// verified before it is written.
//
// It is not for watching a chain: a receipt says what the state held at one height. Start at Receipt and Verify;
// ADR 0012 says why it is built from these parts and how another chain would check one.
package receipt
