// Package app assembles the aichain application by hand: app.go builds it, keepers.go makes every keeper and ties
// them together, modules.go lists the modules and their order, api.go what a node serves, genesis.go our
// defaults. The ante handler, the handlers of proposed blocks and the upgrades have packages of their own.
package app
