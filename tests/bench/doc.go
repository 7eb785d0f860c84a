// Package bench measures what a verified task costs the chain, as ratios within one run, and prints the table of
// `make bench`. What is exact (bytes, gas) is also a test; what is time is only measured, and guarded by a limit far
// above the target so that a slow machine fails nothing.
//
// The unit is one bank MsgSend in the same process: one signature, one fee, two balances. Both sides are measured as
// whole blocks, FinalizeBlock and Commit on the same database, CheckTx left out on both; a line of its own tells the
// ratio with CheckTx. The task's side is a steady state: every block has one batch of each kind in it (posted,
// drawn, committed, revealed, settled, paid, liens freed, pruned), so that nothing of a task's life is left out.
//
// It is not for the engine (canon/ops, canon/run have their own benchmarks, which `make bench` prints too) and not for
// latency over a network (tests/system).
//
// Start at costs_test.go. To see where time goes:
//
//	go test ./tests/bench -run '^$' -bench VerifiedTask -cpuprofile cpu.out && go tool pprof -top -cum cpu.out
package bench
