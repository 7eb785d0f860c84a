// Package worker is the provider's daemon: it watches its seats, executes, commits and reveals.
//
// # Mental model
//
// One goroutine (Worker.Run) owns all seats. It hears three things: a new block, finished executions, finished
// transactions. After each it asks decide, a pure function of the journal's record and the chain's round, what
// every seat needs next, and starts that. Executions and transactions run beside it and report back.
//
//	watch  → which seats we have, what the chain knows of them
//	fetch  → the job of a seat, checked against the round's input digest
//	execute → a bounded queue, batches of one model
//	commit → salt and result are in the journal, synced, before the commit leaves
//	reveal → who shows the output and who only opens the commitment
//	dispute → which disputes we are in, and whose move it is; the chain holds all that is needed to go on
//	witness → the disputed run once more, with hashing, before all executions that have not begun
//	defend  → moves for a result of ours; challenge → moves against another's
//	inspect → a share of other people's settled results, run again when there is nothing else to do
//	journal → the truth about what we computed; the chain is the truth about what counts
//
// The journal may lag behind the chain, never the other way round: before a commit is sent its record is on disk
// and can never change again, so that no kill makes the worker forget a salt or commit twice. On a start the
// records are laid beside the open seats and the same decide goes on where it was.
//
// Not here: words (client side), money rules (the chain), fault injection (tests build their own binary around
// New with their own Executor or Chain).
package worker
