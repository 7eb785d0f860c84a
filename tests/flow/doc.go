// Package flow tells whole lives of tasks on the real application, as text that anybody can read: what people do,
// and what the chain answers, block by block. See testdata/01_settles.txt first, and README.md for the words.
//
// Every script is played on two chains at once. The second one is killed in the middle of a block and started again
// from its database before each command; both must say the same and have the same app hash after every block, and
// the invariants hold after every block. Where a script says `export`, the state is exported, imported and exported
// again, which must give the same bytes; where it says `move`, the story goes on in the imported chain.
//
// It is not for attacks with figures (tests/attack) nor for random play (tests/sim). Start at play_test.go.
package flow
