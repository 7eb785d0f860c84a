//go:build !pebbledb

package cmd

// dbBackend of a new home, in builds without the pebbledb tag.
const dbBackend = "goleveldb"
