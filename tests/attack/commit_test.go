package attack

import (
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// copycat: the third seat does not compute. It copies another seat's commitment from the mempool, waits until the
// other reveals, and shows the same salt and output. The control is the owner of the commitment.
func copycat(r *report) {
	const tasks = 20
	w := kit.New(r.T, kit.DefaultSetup(3))
	ask(w, 1_000_000, tasks)
	var commits, shows, thefts []kit.Tx
	copied := map[string]uint64{} // copier → tasks on which it copied
	for id := uint64(1); id <= tasks; id++ {
		s := w.Seats(id)
		victim, copier := s[0], s[2]
		genuine := w.Commit(victim, truth, id)
		copied[copier]++
		commits = append(commits, msg(genuine), msg(w.Commit(s[1], truth, id)),
			msg(&attesttypes.MsgCommitResult{Provider: w.Address(copier), Commits: genuine.Commits}))
		shown := w.Reveal(victim, truth, true, id)
		shows = append(shows, msg(shown), msg(w.Reveal(s[1], truth, true, id)))
		stolen := &attesttypes.MsgRevealResult{Provider: w.Address(copier), Reveals: shown.Reveals}
		thefts = append(thefts, kit.Tx{Msgs: msg(stolen).Msgs, Pays: true})
	}
	r.exact("commits taken, copies included: 60 opaque strings", 3*tasks, succeeded(w.Do(commits...)))
	own := succeeded(w.Do(shows...))
	b := w.Do(thefts...)
	r.exact("copied commitments that open for the copier, of 20", 0, succeeded(b))
	r.exact("the refusal", "attest.ErrCommitmentMismatch", b.Results[0].Error)
	r.exact("control: they open for their owners: must succeed, of 40", 2*tasks, own)
	lien := w.Round(1, 0).Seats[2].Lien
	copier := w.Seats(1)[2]
	before := bonded(w, copier)
	w.Wait(120) // the round stalls, no fresh seats are found, the task ends
	r.exact("a copier loses the lien of a withheld reveal, each time, uaic", lien*copied[copier], before-bonded(w, copier))
}

// succeeded counts the transactions of a block that were accepted.
func succeeded(b kit.Block) (n int) {
	for _, r := range b.Results {
		if r.OK() {
			n++
		}
	}
	return n
}

// replay: a genuine commitment is used for another task of the same seats, another round, another chain and by
// another address. First against the rule, then on the chain.
func replay(r *report) {
	const trials = 2_000
	opens := map[string]int{}
	provider, other := []byte("provider address 20b"), []byte("another address  20b")
	for i := range uint64(trials) {
		root, salt := random32("root", i), random32("salt", i)
		c := result.Commitment(chainID, i, 0, provider, root, salt)
		for name, try := range map[string][32]byte{
			"own place":       result.Commitment(chainID, i, 0, provider, root, salt),
			"another task":    result.Commitment(chainID, i+1, 0, provider, root, salt),
			"another round":   result.Commitment(chainID, i, 1, provider, root, salt),
			"another chain":   result.Commitment(chainID+"x", i, 0, provider, root, salt),
			"another address": result.Commitment(chainID, i, 0, other, root, salt),
		} {
			if try == c {
				opens[name]++
			}
		}
	}
	for _, name := range []string{"another task", "another round", "another chain", "another address"} {
		r.exact("openings in "+name+", of 2 000", 0, opens[name])
	}
	r.exact("control: openings in its own place: must succeed, of 2 000", trials, opens["own place"])
	replayOnChain(r)
}

func replayOnChain(r *report) {
	w := kit.New(r.T, kit.DefaultSetup(3))
	ask(w, 1_000_000, 2) // two tasks with one input: even the result root is the same but for nothing
	name := w.Seats(1)[0]
	first := w.Commit(name, truth, 1)
	raw := w.Sign(msg(first))
	b := w.Raw(raw)
	r.exact("a commit, first time", "", b.Results[0].Error)
	r.exact("the same transaction again", "attest.ErrAlreadyCommitted", w.Raw(raw).Results[0].Error)
	moved := &attesttypes.MsgCommitResult{Provider: first.Provider, Commits: []attesttypes.Commit{{TaskId: 2, Commitment: first.Commits[0].Commitment}}}
	w.Must(msg(moved))
	for _, id := range []uint64{1, 2} {
		for _, s := range w.Seats(id) {
			if s != name {
				w.Must(msg(w.Commit(s, truth, id)))
			}
		}
	}
	shown := w.Reveal(name, truth, true, 1)
	shown.Reveals[0].TaskId = 2
	r.exact("its opening on the other task", "attest.ErrCommitmentMismatch", w.Do(kit.Tx{Msgs: msg(shown).Msgs, Pays: true}).Results[0].Error)
	r.exact("control: its opening on its own task", "", w.Do(msg(w.Reveal(name, truth, true, 1))).Results[0].Error)
	foreign := kit.Tx{Msgs: msg(w.Commit(name, truth, 2)).Msgs, Pays: true, ChainID: "another-chain-1"}
	r.exact("a transaction signed for another chain", "sdk.ErrUnauthorized", w.Do(foreign).Results[0].Error)
}

// equivocation: one seat, two commitments.
func equivocation(r *report) {
	w := kit.New(r.T, kit.DefaultSetup(3))
	ask(w, 1_000_000, 2)
	name := w.Seats(1)[0]
	twice := w.Commit(name, truth, 1)
	twice.Commits = append(twice.Commits, w.Commit(name, lie, 1).Commits...)
	r.exact("two in one message", "attest.ErrDuplicateTask", w.Do(msg(twice)).Results[0].Error)
	b := w.Do(msg(w.Commit(name, truth, 1)), msg(w.Commit(name, lie, 1)))
	r.exact("two in one block: the first", "", b.Results[0].Error)
	r.exact("two in one block: the second", "attest.ErrAlreadyCommitted", b.Results[1].Error)
	r.exact("another block, paying", "attest.ErrAlreadyCommitted",
		w.Do(kit.Tx{Msgs: msg(w.Commit(name, lie, 1)).Msgs, Pays: true}).Results[0].Error)
	kept := w.Seal(name, 1, 0, truth)
	r.exact("the commitment that stands is the first", true, string(kept[:]) == string(w.Round(1, 0).Seats[0].Commitment))
}
