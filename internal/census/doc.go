// Package census counts what lies in the stores of our modules: keys and bytes of each collection, by the names that
// the schemas of the keepers give them. It reads a committed state and changes nothing.
//
// Take counts everything and is meant for a stopped node and for tests that compare a state before with one after.
// Upto counts a few keys of one collection and is meant for a running one.
//
//	before := census.Take(census.Modules(a), nil)
//	… a hundred thousand tasks are settled and pruned …
//	after := census.Take(census.Modules(a), nil)
package census
