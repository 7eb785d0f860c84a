package sim

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// act is what a provider does for its seats in the next block: commits, or reveals, for all that are due, in one
// message. Seats that are over are forgotten.
func (w *world) act(account int) (op, bool) {
	provider := w.chain.Accounts[account].Addr
	var commits, lateCommits []attesttypes.Commit
	var reveals, garbledReveals []attesttypes.Reveal
	open := w.seats[account][:0]
	for _, s := range w.seats[account] {
		r, found := w.round(s.task, s.round)
		if !found || !r.IsOpen() {
			continue
		}
		open = append(open, s)
		mine := r.Seats[r.SeatOf(provider.String())]
		switch {
		case w.chance(w.slowdown) && r.Deadline > w.next()+1:
		case r.Phase == attesttypes.ROUND_PHASE_COMMIT && !mine.HasCommitted() && s.conduct != silent:
			c := w.commitment(r, s.conduct, provider)
			if s.conduct != late && w.next() <= r.Deadline {
				commits = append(commits, c)
			} else if w.next() > r.Deadline {
				lateCommits = append(lateCommits, c)
			}
		case r.Phase == attesttypes.ROUND_PHASE_REVEAL && mine.HasCommitted() && !mine.HasRevealed() && s.conduct != withhold:
			if w.next() > r.Deadline {
				continue
			}
			rev := w.opening(r, s.conduct, provider, w.chance(70))
			if s.conduct == garbled {
				garbledReveals = append(garbledReveals, rev)
			} else {
				reveals = append(reveals, rev)
			}
		}
	}
	w.seats[account] = open
	return w.seatOp(account, commits, reveals, lateCommits, garbledReveals)
}

// seatOp chooses the one message of a block out of what a provider could send.
func (w *world) seatOp(account int, commits []attesttypes.Commit, reveals []attesttypes.Reveal, late []attesttypes.Commit, garbled []attesttypes.Reveal) (op, bool) {
	name := w.addr(account)
	commitMsg := func(c []attesttypes.Commit) []sdk.Msg {
		return []sdk.Msg{&attesttypes.MsgCommitResult{Provider: name, Commits: c}}
	}
	revealMsg := func(r []attesttypes.Reveal) []sdk.Msg {
		return []sdk.Msg{&attesttypes.MsgRevealResult{Provider: name, Reveals: r}}
	}
	switch {
	case len(reveals) > 0:
		return w.freely(op{name: "RevealResult", from: account, msgs: revealMsg(reveals)}), true
	case len(commits) > 0:
		return w.freely(op{name: "CommitResult", from: account, msgs: commitMsg(commits)}), true
	case len(garbled) > 0:
		return op{name: "RevealResult!garbled", from: account, msgs: revealMsg(garbled)}, true
	case len(late) > 0:
		return op{name: "CommitResult!late", from: account, msgs: commitMsg(late)}, true
	}
	return op{}, false
}

// freely lets a seat message pass without a fee nine times of ten.
func (w *world) freely(o op) op {
	if w.chance(90) {
		o.free, o.gas = true, w.seatGas(o.msgs[0])
	}
	return o
}

// badSeat is a seat message that must fail: by a stranger, twice, for a wrong round, empty, with a wrong salt.
func (w *world) badSeat() (op, bool) {
	from := w.provider()
	if len(w.seats[from]) == 0 {
		return w.strangerSeat(from)
	}
	s := w.seats[from][w.rng.IntN(len(w.seats[from]))]
	r, found := w.round(s.task, s.round)
	if !found || !r.IsOpen() {
		return op{}, false
	}
	provider := w.chain.Accounts[from].Addr
	c, rev := w.commitment(r, s.conduct, provider), w.opening(r, s.conduct, provider, false)
	mine := r.Seats[r.SeatOf(provider.String())]
	commitOp := func(name string, c ...attesttypes.Commit) (op, bool) {
		return op{name: "CommitResult!" + name, from: from, msgs: []sdk.Msg{&attesttypes.MsgCommitResult{Provider: w.addr(from), Commits: c}}}, true
	}
	revealOp := func(name string, v ...attesttypes.Reveal) (op, bool) {
		return op{name: "RevealResult!" + name, from: from, msgs: []sdk.Msg{&attesttypes.MsgRevealResult{Provider: w.addr(from), Reveals: v}}}, true
	}
	switch w.rng.IntN(7) {
	case 0:
		return commitOp("empty")
	case 1:
		return commitOp("twice in one", c, c)
	case 2:
		c.Round += 7
		return commitOp("other round", c)
	case 3:
		c.Commitment = c.Commitment[1:]
		return commitOp("short", c)
	case 4:
		rev.Salt[0] ^= 1
		return revealOp("wrong salt", rev)
	case 5:
		rev.Output = append(rev.Output, r.Vocab)
		return revealOp("token outside the vocabulary", rev)
	default:
		if mine.HasCommitted() {
			return commitOp("again", c)
		}
		return revealOp("before commit", rev)
	}
}

// strangerSeat is a commit by somebody who has no seat.
func (w *world) strangerSeat(from int) (op, bool) {
	for p := firstProvider; p < accounts; p++ {
		for _, s := range w.seats[p] {
			r, found := w.round(s.task, s.round)
			if !found || r.SeatOf(w.addr(from)) >= 0 {
				continue
			}
			c := w.commitment(r, honest, w.chain.Accounts[from].Addr)
			o := op{name: "CommitResult!stranger", from: from, msgs: []sdk.Msg{&attesttypes.MsgCommitResult{Provider: w.addr(from), Commits: []attesttypes.Commit{c}}}}
			o.free = w.chance(50)
			return o, true
		}
	}
	return op{}, false
}
