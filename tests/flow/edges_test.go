package flow

import (
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// edge is a dispute that has come to a phase, whose next move is ready.
type edge struct {
	*kit.World

	id      uint64
	players []*kit.Player
	mover   *kit.Player
}

// reach plays a split between two honest seats and one that forged its logits until the dispute of the first against it is in
// a phase, and everybody else has done what was due.
func reach(t *testing.T, want attesttypes.DisputePhase) *edge {
	t.Helper()
	setup := kit.DefaultSetup(3)
	setup.Chain.Invariants = true
	setup.Attest = func(p *attesttypes.Params) { p.DisputeWindow, p.TraceWindow = 6, 8 }
	setup.Compute = func(p *computetypes.Params) { p.CommitWindow = 1 } // a longer one would lengthen them
	w := kit.New(t, setup)
	terms := w.Terms(kit.TheModel, 60_000)
	terms.MaxOutputTokens = 4
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", terms, kit.Input(5, 6, 7))}})
	w.Wait(2)
	seats, right, wrong := w.Seats(1), w.Right(1), w.Wrong(1, 0)
	answers := []kit.Answer{right, right, wrong}
	var commits, reveals []kit.Tx
	for i, name := range seats {
		commits = append(commits, kit.Tx{Msgs: []sdk.Msg{w.Commit(name, answers[i], 1)}})
		reveals = append(reveals, kit.Tx{Msgs: []sdk.Msg{w.Reveal(name, answers[i], true, 1)}})
	}
	w.Must(commits...)
	w.Must(reveals...)
	e := &edge{World: w}
	for _, d := range w.Disputes(1) {
		if w.NameOf(d.Solver) == seats[2] && w.NameOf(d.Challenger) == seats[0] {
			e.id = d.Id
		}
	}
	for _, name := range seats {
		e.players = append(e.players, &kit.Player{Name: name})
	}
	e.players[2].Forge = func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.Steer(h, step.SiteLogits) }
	e.players[2].Refuses = func(d attesttypes.Dispute) bool { return d.Phase == attesttypes.DISPUTE_PHASE_CHOICE_DUE }
	for range 20 {
		if e.dispute().Phase == want {
			break
		}
		var txs []kit.Tx
		for _, p := range e.players {
			txs = append(txs, p.Due(w)...)
		}
		w.Must(txs...)
	}
	d := e.dispute()
	if d.Phase != want {
		t.Fatalf("the dispute is in %s", d.Phase)
	}
	e.mover = e.players[2]
	if d.Turn() == attesttypes.DISPUTE_SIDE_CHALLENGER {
		e.mover = e.players[0]
	}
	return e
}

func (e *edge) dispute() *attesttypes.Dispute { return &e.Dispute(e.id).Dispute }

// others make the moves that are due elsewhere, so that nothing else ends.
func (e *edge) others() {
	var txs []kit.Tx
	for _, p := range e.players {
		for _, d := range e.DisputesOf(p.Name) {
			if msg, err := p.Message(e.World, d.Id); d.Id != e.id && err == nil && msg != nil {
				txs = append(txs, kit.Tx{Msgs: []sdk.Msg{msg}})
			}
		}
	}
	e.Must(txs...)
}

// TestMovesAtTheDeadline makes each move of a dispute one block before its deadline, at it, and one block after. Up to
// the deadline it counts; the end of that block ends the dispute for who has not moved, and its move comes too late.
func TestMovesAtTheDeadline(t *testing.T) {
	for _, phase := range []attesttypes.DisputePhase{
		attesttypes.DISPUTE_PHASE_TRACE_DUE, attesttypes.DISPUTE_PHASE_CHOICE_DUE, attesttypes.DISPUTE_PHASE_CHILDREN_DUE,
		attesttypes.DISPUTE_PHASE_CHUNK_DUE, attesttypes.DISPUTE_PHASE_STEP_DUE,
	} {
		for offset, want := range map[int]string{-1: "", 0: "", 1: "attest.ErrDisputeResolved"} {
			t.Run(fmt.Sprintf("%s/deadline%+d", kit.Short(phase), offset), func(t *testing.T) {
				t.Parallel()
				e := reach(t, phase)
				e.others()
				d := e.dispute()
				msg, err := e.mover.Message(e.World, e.id)
				if err != nil || msg == nil {
					t.Fatalf("no move: %v", err)
				}
				for int64(e.Height())+1 < int64(d.Deadline)+int64(offset) {
					if got := e.dispute(); got.Phase != phase {
						t.Fatalf("block %d: the dispute is in %s before its deadline %d", e.Height(), got.Phase, d.Deadline)
					}
					e.Wait(1)
				}
				b := e.Do(kit.Tx{Msgs: []sdk.Msg{msg}})
				if b.Height != uint64(int64(d.Deadline)+int64(offset)) || b.Results[0].Error != want {
					t.Fatalf("block %d, deadline %d: expected %q, got %q", b.Height, d.Deadline, want, b.Results[0].Error)
				}
				after := e.dispute()
				if want == "" && len(after.Moves) != len(d.Moves)+1 {
					t.Errorf("the move is not recorded: %+v", after)
				}
				if want != "" && (after.IsOpen() || after.Winner == d.Turn() || after.CloseHeight != d.Deadline) {
					t.Errorf("silent side %s, deadline %d: ended %s at %d, winner %s", d.Turn(), d.Deadline, after.End, after.CloseHeight, after.Winner)
				}
			})
		}
	}
}

// TestExportAtEveryMove exports and imports the state before every move of a dispute; the import exports the same bytes and
// ends the dispute like the original.
func TestExportAtEveryMove(t *testing.T) {
	t.Parallel()
	e := reach(t, attesttypes.DISPUTE_PHASE_TRACE_DUE)
	seen := map[attesttypes.DisputePhase]bool{}
	for e.dispute().IsOpen() {
		for _, d := range e.Disputes(1) {
			seen[d.Phase] = true
		}
		copied, err := e.RoundTrip()
		if err != nil {
			t.Fatalf("in %s: %v", e.dispute().Phase, err)
		}
		var txs []kit.Tx
		for _, p := range e.players {
			txs = append(txs, p.Due(e.World)...)
		}
		for _, tx := range txs {
			if r := copied.Do(tx).Results[0]; !r.OK() {
				t.Errorf("in %s, on the import: %s", e.dispute().Phase, r.Log)
			}
		}
		e.Must(txs...)
	}
	if len(seen) < 6 {
		t.Errorf("only %d phases: %v", len(seen), seen)
	}
}
