// Package emission decides how much newly minted uaic the seats of a settled task earn beside their prices: a part of the
// take that the task burned, equal for all seats that stand for its result, because each did the same work.
//
// It is not for when that may be claimed, nor for who loses it; x/reward remembers both. Start at emission.go; why it is
// this and no schedule of its own, docs/adr/0014-emission.md tells.
//
// The package is pure: the node, the client and the tests get the same answer from it.
package emission
