// Package apptest drives the whole application in-process: no network, no CometBFT. Keys and times are fixed, so two
// chains that are treated alike have the same app hashes.
//
//	c := apptest.New(t, apptest.Options{Accounts: 3, Invariants: true})
//	res := c.NextBlock(t, c.Sign(t, c.Accounts[0], 200_000, apptest.Fee(200_000), msg))
//	require.Zero(t, res.TxResults[0].Code)
//
// NextBlock proposes, checks, runs and commits a block as validators would; Propose, Process, Finalize and Commit are
// the parts, to stop between them. Request makes a block that nobody proposed. Restart opens the same database again,
// Import starts a chain from an export.
package apptest
