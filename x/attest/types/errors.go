package types

import errorsmod "cosmossdk.io/errors"

// The errors of the module. Codes are hashed into block results: never renumbered, never reused.
var (
	// ErrInvalidAddress is returned when a signer's address cannot be read.
	ErrInvalidAddress = errorsmod.Register(ModuleName, 2, "invalid address")
	// ErrInvalidParams is returned when a parameter is outside its bounds.
	ErrInvalidParams = errorsmod.Register(ModuleName, 3, "invalid params")
	// ErrEmptyBatch is returned when a seat message has no items.
	ErrEmptyBatch = errorsmod.Register(ModuleName, 4, "no items")
	// ErrBatchTooLarge is returned when a seat message has more than max_batch items.
	ErrBatchTooLarge = errorsmod.Register(ModuleName, 5, "too many items")
	// ErrDuplicateTask is returned when a seat message names a task twice.
	ErrDuplicateTask = errorsmod.Register(ModuleName, 6, "task named twice")
	// ErrRoundNotFound is returned when a task has no round of that number, or was never matched.
	ErrRoundNotFound = errorsmod.Register(ModuleName, 7, "round not found")
	// ErrNotSeated is returned when the sender has no seat in the round.
	ErrNotSeated = errorsmod.Register(ModuleName, 8, "not seated")
	// ErrNotCommitting is returned when the round accepts no commits: reveals have begun or it has closed.
	ErrNotCommitting = errorsmod.Register(ModuleName, 9, "round accepts no commits")
	// ErrNotRevealing is returned when the round accepts no reveals: some seats may still commit, or it has closed.
	ErrNotRevealing = errorsmod.Register(ModuleName, 10, "round accepts no reveals")
	// ErrTooLate is returned after the deadline of the phase, while the round waits for its block step.
	ErrTooLate = errorsmod.Register(ModuleName, 11, "deadline passed")
	// ErrAlreadyCommitted is returned for a second commit of a seat.
	ErrAlreadyCommitted = errorsmod.Register(ModuleName, 12, "already committed")
	// ErrAlreadyRevealed is returned for a second reveal of a seat.
	ErrAlreadyRevealed = errorsmod.Register(ModuleName, 13, "already revealed")
	// ErrNoCommitment is returned for a reveal by a seat that did not commit.
	ErrNoCommitment = errorsmod.Register(ModuleName, 14, "nothing committed")
	// ErrInvalidCommitment is returned when a commitment is not 32 bytes.
	ErrInvalidCommitment = errorsmod.Register(ModuleName, 15, "invalid commitment")
	// ErrInvalidSalt is returned when a salt is not 32 bytes.
	ErrInvalidSalt = errorsmod.Register(ModuleName, 16, "invalid salt")
	// ErrInvalidOutput is returned when an output is too long, has a token id outside the vocabulary, or an
	// unknown stop reason.
	ErrInvalidOutput = errorsmod.Register(ModuleName, 17, "invalid output")
	// ErrCommitmentMismatch is returned when salt and output do not open the seat's commitment.
	ErrCommitmentMismatch = errorsmod.Register(ModuleName, 18, "commitment does not open")
	// ErrOutputNeeded is returned when the output is left out and no result in the round opens the commitment.
	ErrOutputNeeded = errorsmod.Register(ModuleName, 19, "output needed")
	// ErrSeatMessagePending is returned in CheckTx when the seat has this message in the node's mempool already.
	ErrSeatMessagePending = errorsmod.Register(ModuleName, 20, "seat message already pending")
	// ErrNotSeatMessage is returned when a message other than a commit or reveal is asked to be free.
	ErrNotSeatMessage = errorsmod.Register(ModuleName, 21, "not a seat message")
	// ErrNotParked is returned when a retry names a task without a parked round.
	ErrNotParked = errorsmod.Register(ModuleName, 22, "round not parked")
	// ErrInvalidMatch is returned to x/compute when a match cannot become a round.
	ErrInvalidMatch = errorsmod.Register(ModuleName, 23, "invalid match")
	// ErrRoundOpen is returned when the rounds of a task are to be forgotten while one is open.
	ErrRoundOpen = errorsmod.Register(ModuleName, 24, "round still open")
	// ErrInvalidGenesis is returned when a genesis state contradicts itself.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 25, "invalid genesis")
	// ErrBrokenInvariant is returned by Invariants when the state contradicts itself: a fault of the program.
	ErrBrokenInvariant = errorsmod.Register(ModuleName, 26, "broken invariant")
	// ErrInvalidRequest is returned when a query or a cursor cannot be read.
	ErrInvalidRequest = errorsmod.Register(ModuleName, 27, "invalid request")
	// ErrDisputeNotFound is returned when no dispute has the id, or its task was pruned.
	ErrDisputeNotFound = errorsmod.Register(ModuleName, 28, "dispute not found")
	// ErrDisputeResolved is returned for a move in a dispute that has ended.
	ErrDisputeResolved = errorsmod.Register(ModuleName, 29, "dispute resolved")
	// ErrMoveNotDue is returned for a move of another kind or number than the one that is due.
	ErrMoveNotDue = errorsmod.Register(ModuleName, 30, "move not due")
	// ErrNotYourMove is returned when the sender is not the side that has to move.
	ErrNotYourMove = errorsmod.Register(ModuleName, 31, "not your move")
	// ErrMoveTooLarge is returned when a field of a move is longer than it can ever be.
	ErrMoveTooLarge = errorsmod.Register(ModuleName, 32, "move too large")
	// ErrInvalidHashes is returned when a root is not 32 bytes, or a list of hashes not a multiple of that.
	ErrInvalidHashes = errorsmod.Register(ModuleName, 33, "invalid hashes")
	// ErrTraceEnds is returned when the first leaf under a trace root is not the task's input or the last one not the
	// solver's result, or their paths have the wrong length.
	ErrTraceEnds = errorsmod.Register(ModuleName, 34, "trace is not of the result")
	// ErrInvalidChildren is returned when children are not as many as the place has or do not hash to it.
	ErrInvalidChildren = errorsmod.Register(ModuleName, 35, "invalid children")
	// ErrInvalidChild is returned when the place has no child of that index.
	ErrInvalidChild = errorsmod.Register(ModuleName, 36, "no such child")
	// ErrInvalidChunk is returned when a chunk has another length or does not hash to its place.
	ErrInvalidChunk = errorsmod.Register(ModuleName, 37, "invalid chunk")
	// ErrMalformedStep is returned when bytes are no encoding of a step.
	ErrMalformedStep = errorsmod.Register(ModuleName, 38, "malformed step")
	// ErrStepElsewhere is returned when a step is not about a unit of the chunk that the dispute has come down to.
	ErrStepElsewhere = errorsmod.Register(ModuleName, 39, "step outside the chunk")
	// ErrInvalidStep is returned when a step does not consist of what its unit needs: data of another length, a wrong
	// hint.
	ErrInvalidStep = errorsmod.Register(ModuleName, 40, "invalid step")
	// ErrStepProof is returned when what a step opens is not under the solver's trace root: another run, another index.
	ErrStepProof = errorsmod.Register(ModuleName, 41, "step is not under the trace")
	// ErrStepRow is returned when the weight row of a step is not the one that its unit needs under the model: another
	// row, another model.
	ErrStepRow = errorsmod.Register(ModuleName, 42, "wrong weight row")
	// ErrNotSettled is returned when a task is challenged that is not SETTLED: under way, refunded, overturned.
	ErrNotSettled = errorsmod.Register(ModuleName, 43, "task is not settled")
	// ErrNotRefereed is returned when a task is challenged whose model the chain cannot compute.
	ErrNotRefereed = errorsmod.Register(ModuleName, 44, "task is not refereed")
	// ErrWindowOver is returned when a task is challenged after its challenge window.
	ErrWindowOver = errorsmod.Register(ModuleName, 45, "challenge window is over")
	// ErrNotStanding is returned when the challenged provider has no seat that stands for the settled result.
	ErrNotStanding = errorsmod.Register(ModuleName, 46, "does not stand for the result")
	// ErrOwnTask is returned when a challenger had a seat on the task itself.
	ErrOwnTask = errorsmod.Register(ModuleName, 47, "challenger had a seat on the task")
	// ErrAlreadyChallenged is returned when a challenger has disputed this solver's result before.
	ErrAlreadyChallenged = errorsmod.Register(ModuleName, 48, "already challenged")
	// ErrRevealTooSoon is returned for a reveal in the block in which the reveals opened, and by the mempool, of a round
	// that may be audited, until the next block, in which the lot of the blind seat is drawn, is known.
	ErrRevealTooSoon = errorsmod.Register(ModuleName, 49, "reveals are accepted from the next block on")
	// ErrMovePending is returned in CheckTx when a move of the dispute is in the node's mempool already.
	ErrMovePending = errorsmod.Register(ModuleName, 50, "move already pending")
)
