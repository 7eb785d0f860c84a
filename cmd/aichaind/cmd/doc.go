// Package cmd is the command tree of aichaind: flags become a configuration, a configuration becomes a call.
// Start at root.go; commands that are ours are listed in own.go.
package cmd
