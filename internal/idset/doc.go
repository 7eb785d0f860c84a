// Package idset keeps sets of ids by height, such as what is due when, with the ids of a height in words of 64. Ids are
// given one after another, so what a block adds or takes out shares a few keys of the tree, where a key for each id would
// cost each of them a path of hashes. It is an index of one module inside its own store: it is not for ids that are
// scattered, for which a word holds one id and costs a read more than a key would, and it holds nothing beside the ids.
//
// Start with Set.
package idset
