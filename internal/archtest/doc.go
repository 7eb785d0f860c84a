// Package archtest holds the shape of the house as tests: which package may import which, what consensus code
// must not contain, that error codes are unique, and that the paths named in docs/flow.md exist. It has no
// code of its own.
package archtest
