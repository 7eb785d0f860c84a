package worker

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

func TestDecideMove(t *testing.T) {
	const (
		queued   = attesttypes.DISPUTE_PHASE_QUEUED
		trace    = attesttypes.DISPUTE_PHASE_TRACE_DUE
		choice   = attesttypes.DISPUTE_PHASE_CHOICE_DUE
		children = attesttypes.DISPUTE_PHASE_CHILDREN_DUE
		chunk    = attesttypes.DISPUTE_PHASE_CHUNK_DUE
		step     = attesttypes.DISPUTE_PHASE_STEP_DUE
		resolved = attesttypes.DISPUTE_PHASE_RESOLVED
		deadline = 100
		solver   = "solver"
		rival    = "challenger"
	)
	top := attesttypes.Place{Level: 2}
	node := attesttypes.Place{Level: 1, Index: 3}
	leaf := attesttypes.Place{InTensor: true, Tensor: 400, Level: 0}
	posted := &attesttypes.Trace{Root: make([]byte, 32)}
	shown := func(places ...attesttypes.Place) (out []attesttypes.Shown) {
		for i, p := range places {
			out = append(out, attesttypes.Shown{Depth: uint32(i) + 1, Place: p})
		}
		return out
	}
	for _, c := range []struct {
		name   string
		phase  attesttypes.DisputePhase
		self   string
		height uint64
		place  attesttypes.Place
		trace  *attesttypes.Trace
		shown  []attesttypes.Shown
		moves  int
		want   string // kind, "" for nothing, "?" for a contradiction
		left   uint64
	}{
		{name: "queued, solver", phase: queued, self: solver, height: 50},
		{name: "queued, challenger", phase: queued, self: rival, height: 50},
		{name: "resolved, solver", phase: resolved, self: solver, height: 50},
		{name: "trace due, solver", phase: trace, self: solver, height: 90, want: "trace", left: 10},
		{name: "trace due, challenger", phase: trace, self: rival, height: 90},
		{name: "trace due, a stranger", phase: trace, self: "stranger", height: 90},
		{name: "trace due, last block that can take it", phase: trace, self: solver, height: deadline - 1, want: "trace", left: 1},
		{name: "trace due, too late", phase: trace, self: solver, height: deadline},
		{name: "trace due, after the end of time", phase: trace, self: solver, height: math.MaxUint64},
		{name: "choice due, solver", phase: choice, self: solver, height: 90, place: top, trace: posted},
		{name: "choice due at the top", phase: choice, self: rival, height: 90, place: top, trace: posted, moves: 1, want: "choice", left: 10},
		{name: "choice due further down", phase: choice, self: rival, height: 90, place: node, trace: posted, shown: shown(node), moves: 3, want: "choice", left: 10},
		{name: "choice due without a trace", phase: choice, self: rival, height: 90, place: top, want: "?"},
		{name: "choice due, root cut short", phase: choice, self: rival, height: 90, place: top, trace: &attesttypes.Trace{Root: make([]byte, 31)}, want: "?"},
		{name: "choice due at a place that was not shown", phase: choice, self: rival, height: 90, place: top, trace: posted, shown: shown(node), want: "?"},
		{name: "choice due at a chunk", phase: choice, self: rival, height: 90, place: leaf, trace: posted, shown: shown(leaf), want: "?"},
		{name: "choice due, a list missing", phase: choice, self: rival, height: 90, place: node, trace: posted, shown: []attesttypes.Shown{{Depth: 2, Place: node}}, want: "?"},
		{name: "choice due, too late", phase: choice, self: rival, height: deadline, place: top, trace: posted},
		{name: "children due, solver", phase: children, self: solver, height: 90, place: node, trace: posted, moves: 2, want: "children", left: 10},
		{name: "children due, challenger", phase: children, self: rival, height: 90, place: node, trace: posted},
		{name: "children due of a chunk", phase: children, self: solver, height: 90, place: leaf, trace: posted, want: "?"},
		{name: "chunk due, solver", phase: chunk, self: solver, height: 96, place: leaf, trace: posted, moves: 4, want: "chunk", left: 4},
		{name: "chunk due of a node", phase: chunk, self: solver, height: 96, place: node, trace: posted, want: "?"},
		{name: "step due, challenger", phase: step, self: rival, height: 96, place: leaf, trace: posted, shown: shown(node, leaf), moves: 5, want: "step", left: 4},
		{name: "step due, solver", phase: step, self: solver, height: 96, place: leaf, trace: posted, shown: shown(node, leaf)},
		{name: "step due, chunk not shown", phase: step, self: rival, height: 96, place: leaf, trace: posted, want: "?"},
		{name: "step due, another chunk shown", phase: step, self: rival, height: 96, place: leaf, trace: posted, shown: shown(node), want: "?"},
		{name: "a level that no trace has", phase: choice, self: rival, height: 90, place: attesttypes.Place{Level: 1 << 20}, trace: posted, shown: shown(node), want: "?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := attesttypes.Dispute{Id: 7, Solver: solver, Challenger: rival, Phase: c.phase, Deadline: deadline, Place: c.place}
			d.Moves = make([]attesttypes.DisputeMove, c.moves)
			got, err := decideMove(d, c.trace, c.shown, c.self, c.height)
			switch c.want {
			case "?":
				require.ErrorIs(t, err, errView)
				return
			case "":
				require.NoError(t, err)
				require.False(t, got.isDue())
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, kindText(got.kind))
			require.Equal(t, client.Turn{Dispute: 7, Move: uint32(c.moves)}, got.turn)
			require.Equal(t, c.left, got.left)
			require.Equal(t, got, turnOf(d, c.self, c.height), "the loop sees the same from the dispute alone")
		})
	}
}
