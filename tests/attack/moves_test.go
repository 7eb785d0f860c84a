package attack

import (
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// splitAt is a table with tasks whose third seat lied, played until the dispute of the first seat against it is in a phase in
// each of them; it returns those disputes.
func splitAt(r *report, tasks int, phase attesttypes.DisputePhase) (*table, []uint64) {
	return splitIn(r, tasks, phase, 1_000)
}

// splitIn is splitAt with so many blocks for each move.
func splitIn(r *report, tasks int, phase attesttypes.DisputePhase, window uint64) (*table, []uint64) {
	setup := kit.DefaultSetup(3)
	setup.Attest = func(p *attesttypes.Params) {
		p.DisputeWindow, p.TraceWindow = window, max(window, attesttypes.DefaultTraceWindow)
	}
	setup.Compute = func(p *computetypes.Params) { p.CommitWindow = min(p.CommitWindow, window/dispute.MoveRuns) }
	t := newTable(r, setup)
	terms := t.Terms(kit.TheModel, 60_000)
	terms.MaxOutputTokens = 4
	for range tasks { // the same question each time: the same answer, the same traces
		t.Must(msg(t.Post("alice", "alice", terms, kit.Input(5, 6, 7))))
	}
	t.Wait(2)
	ids := upTo(uint64(tasks))
	liar := t.Seats(1)[2]
	t.player(liar).Forge = forgesLogits
	isLiar := func(id uint64, seat int) bool { return t.Seats(id)[seat] == liar }
	t.answers(ids, func(id uint64, seat int) kit.Answer {
		if isLiar(id, seat) {
			return t.Wrong(id, 0)
		}
		return t.Right(id)
	})
	var disputes []uint64
	for _, id := range ids {
		for _, d := range t.Disputes(id) {
			if t.NameOf(d.Solver) == liar && d.Phase == attesttypes.DISPUTE_PHASE_TRACE_DUE {
				disputes = append(disputes, d.Id)
			}
		}
	}
	for _, id := range disputes {
		for range 20 {
			d := t.Dispute(id).Dispute
			if d.Phase == phase {
				break
			}
			t.Must(msg(t.moveIn(id)))
		}
	}
	return t, disputes
}

// moveIn is the move that is due in a dispute.
func (t *table) moveIn(id uint64) sdk.Msg {
	t.TB.Helper()
	d := t.Dispute(id).Dispute
	m, err := t.player(t.NameOf(d.Party(d.Turn()))).Message(t.World, id)
	must(err)
	return m
}

// uselessSteps: the challenger's step opens something else than the dispute has come to. None is judged; the right one
// still is.
func uselessSteps(r *report) {
	t, ids := splitAt(r, 1, attesttypes.DISPUTE_PHASE_STEP_DUE)
	good := t.moveIn(ids[0]).(*attesttypes.MsgPostStep)
	st, err := step.Decode(good.Step)
	must(err)
	row := func(b *kit.Brain) (s step.Step) {
		s = st
		data, proof, err := b.RowProof(model.RowID{Part: model.Embedding, Row: 7})
		must(err)
		s.Row, s.RowProof = data, nil
		for _, h := range proof {
			s.RowProof = append(s.RowProof, h[:]...)
		}
		return s
	}
	flipped := func(b []byte) []byte {
		out := append([]byte(nil), b...)
		out[len(out)/2] ^= 4
		return out
	}
	other := func(change func(s *step.Step)) step.Step {
		s := st
		change(&s)
		return s
	}
	for _, c := range []struct {
		what, want string
		step       step.Step
	}{
		{"another weight row", "attest.ErrStepRow", row(t.Brain(1))},
		{"the row of another model", "attest.ErrStepRow", row(kit.Tiny(r.T, "another"))},
		{"another unit", "attest.ErrStepRow", other(func(s *step.Step) { s.Unit++ })},
		{"another tensor", "attest.ErrStepElsewhere", other(func(s *step.Step) { s.Tensor++ })},
		{"a flipped bit in what is opened", "attest.ErrStepProof", other(func(s *step.Step) { s.Data = flipped(s.Data) })},
		{"a flipped bit in the path", "attest.ErrStepProof", other(func(s *step.Step) { s.Proof = flipped(s.Proof) })},
		{"a flipped bit in the weight row", "attest.ErrStepRow", other(func(s *step.Step) { s.Row = flipped(s.Row) })},
	} {
		m := *good
		m.Step = c.step.Encode()
		r.exact(c.what, c.want, t.Do(kit.Tx{Msgs: []sdk.Msg{&m}, Pays: true}).Results[0].Error)
	}
	r.exact("the dispute waits as before", "STEP_DUE", kit.Short(t.Dispute(ids[0]).Dispute.Phase))
	r.exact("control: the right step is taken", "", t.Do(msg(good)).Results[0].Error)
	r.exact("and refutes", "REFUTED", kit.Short(t.Dispute(ids[0]).Dispute.End))
}

// replayedMove: a move that was made once is sent again: as it was, in another dispute, by another.
func replayedMove(r *report) {
	t, ids := splitAt(r, 2, attesttypes.DISPUTE_PHASE_CHILDREN_DUE)
	first := t.moveIn(ids[0]).(*attesttypes.MsgPostChildren)
	raw := t.Sign(msg(first))
	r.exact("a move, first time", "", t.Raw(raw).Results[0].Error)
	r.exact("the same transaction again", "attest.ErrMoveNotDue", t.Raw(raw).Results[0].Error)
	again := *first
	r.exact("the same message, signed again", "attest.ErrMoveNotDue", t.Do(msg(&again)).Results[0].Error)
	again.Move = uint32(len(t.Dispute(ids[0]).Dispute.Moves))
	r.exact("with the number of the next move", "attest.ErrMoveNotDue", t.Do(kit.Tx{Msgs: []sdk.Msg{&again}, Pays: true}).Results[0].Error)
	challenger := t.Dispute(ids[0]).Dispute.Challenger
	stolen := *first
	stolen.Solver, stolen.DisputeId = challenger, ids[1]
	r.exact("in another dispute, by another", "attest.ErrNotYourMove", t.Do(kit.Tx{Msgs: []sdk.Msg{&stolen}, Pays: true}).Results[0].Error)
	queued := *first
	for _, d := range t.Disputes(1) {
		if d.Phase == attesttypes.DISPUTE_PHASE_QUEUED {
			queued.DisputeId = d.Id
		}
	}
	r.exact("in a dispute that waits", "attest.ErrMoveNotDue", t.Do(kit.Tx{Msgs: []sdk.Msg{&queued}, Pays: true}).Results[0].Error)
	moved := *first
	moved.DisputeId = ids[1]
	r.exact("control: in another dispute about the same run, by itself, where it is due", "", t.Do(msg(&moved)).Results[0].Error)
}

// failingMoves: whoever is to move sends free moves that fail, as large as can be, again and again; so does a stranger.
func failingMoves(r *report) {
	const n = 200
	t, ids := splitAt(r, 1, attesttypes.DISPUTE_PHASE_STEP_DUE)
	verify := signatureCheck(n)
	good := t.moveIn(ids[0]).(*attesttypes.MsgPostStep)
	bad := *good
	st, err := step.Decode(good.Step)
	must(err)
	st.Row = append([]byte(nil), st.Row...)
	st.Row[0] ^= 1
	bad.Step = st.Encode()
	huge := *good
	huge.Step = make([]byte, step.MaxStepBytes)
	stranger := *good
	stranger.Challenger = t.Address("mallory")
	refuse := func(what string, m sdk.Msg) time.Duration {
		taken, mean := checkTxs(t.World, t.Sign(msg(m)), n)
		t.Chain.Refresh()
		r.exact("taken of 200: "+what, 0, taken)
		return mean
	}
	wrong := refuse("a step with a spoiled weight row", &bad)
	large := refuse("64 KiB that are no step", &huge)
	strange := refuse("a stranger's", &stranger)
	r.most("cost of refusing a spoiled step, in signature checks", 20, float64(wrong)/float64(verify), "")
	r.most("cost of refusing 64 KiB, in signature checks", 40, float64(large)/float64(verify), "")
	r.most("cost of refusing a stranger, in signature checks", 10, float64(strange)/float64(verify), "")
	taken, _ := checkTxs(t.World, t.Sign(msg(good)), 10)
	r.exact("control: the due move is free once, taken of 10", 1, taken)
}

// manyDisputes: the disputes of many splits all expire in the same block, nobody having moved. A block ends as many as its
// budget allows, the next ones the rest.
func manyDisputes(r *report) {
	const due = 3 // of each task: against both who agree, and the first against the third
	setup := kit.DefaultSetup(6)
	tasks := (disputes() + due - 1) / due
	setup.Bond, setup.Slots, setup.Chain.MaxGas = uint64(tasks)*4_000_000, 10_000, -1
	setup.Attest = func(p *attesttypes.Params) { p.VerdictBudget = 100_000 }                    // all open in one block
	setup.Compute = func(p *computetypes.Params) { p.MatchBudget, p.CommitWindow = 10_000, 60 } // all seated in one block, while the posts are matched
	t := newTable(r, setup)
	t.ask(60_000, tasks)
	ids := upTo(uint64(tasks))
	one, two := kit.Answer{Output: []uint32{5, 6, 7, 8}, Stop: 2}, kit.Answer{Output: []uint32{8, 7, 6, 5}, Stop: 2}
	t.answers(ids, func(_ uint64, seat int) kit.Answer {
		if seat == 2 {
			return two
		}
		return one
	})
	last := t.Dispute(1).Dispute.Deadline
	t.Wait(int(last-t.Height()) - 2)
	quiet := timeBlock(t.World)
	most, ended, blocks := 0, 0, 0
	var slowest, all time.Duration
	for ended < due*tasks && blocks < 10*due*tasks {
		start := cpuTime()
		b := t.Do()
		spent := cpuTime() - start
		n := 0
		for _, e := range b.Events {
			if e, ok := e.(*attesttypes.EventDisputeResolved); ok && e.End == attesttypes.DISPUTE_END_SOLVER_SILENT {
				n++
			}
		}
		slowest, all = max(slowest, spent), all+spent
		most, ended, blocks = max(most, n), ended+n, blocks+1
	}
	budget := int(attesttypes.DefaultDisputeBudget)
	r.exact("disputes that expire in one block, all ended", due*tasks, ended)
	r.most("most in a block: the budget", float64(budget), float64(most), "")
	r.most("blocks it takes", float64((due*tasks+budget-1)/budget+1), float64(blocks), "")
	r.most("slowest block, ms of CPU", 5_000, float64(slowest.Milliseconds()), "")
	r.add("CPU a dispute; an empty block before", "—", fmt.Sprintf("%v; %v", (all/time.Duration(ended)).Round(time.Microsecond), quiet.Round(time.Microsecond)), "none", true)
}
