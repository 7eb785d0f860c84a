// Package replay runs a recorded chain again, block for block, and compares app hashes and results with those that were
// recorded. It shows that nothing but the blocks decides them: not the machine, not the processor's architecture (the
// recording is made on amd64; `make arm64` runs it on arm64), not the clock, not the order of maps.
//
// The recording, testdata/blocks.gz, is the first 1 000 blocks of a run of tests/sim: posts, draws, answers true and
// false, splits, disputes to the last move, audits, challenges, governance that changes parameters, validators that skip
// the beacon and replace its keys, and pruning. testdata/golden.txt says what is in it, then for every 50th block the app
// hash, and a digest of all that the blocks since the line before returned and of their app hashes.
//
// Every change of consensus code changes the hashes, and most make the recorded transactions fail: then record anew with
//
//	go test -tags libsecp256k1_sdk,pebbledb ./tests/replay -rewrite
//
// and look at the first lines of golden.txt: the recording must still hold everything. A difference without such a change is
// a fork in the making: find the block with -run Replay -v and a smaller step.
//
// It is not for whether what happens is right: that is for tests/sim, which checks the invariants of the same run.
package replay
