// Package beacon decides what the randomness of a block is made of and from when on a key counts. It hashes
// bytes; the verifiable random function itself is in x/beacon/vrf, the memory in x/beacon/keeper.
//
// Start at Mix: R_h = SHA-256(tag, R_{h-1}, β_h). Whatever is not an argument of Alpha and Mix (block content,
// time, round) cannot change the randomness.
package beacon
