package story_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/client/story"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

var update = flag.Bool("update", false, "write testdata/*.txt anew")

const (
	liar   = "aic1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn6hp7za"
	honest = "aic1zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3mll0za"
	third  = "aic1yg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3z6l0tas"
)

// scene is a task on nano with two different results, as queries show it.
type scene struct {
	story.Input
	shape step.Shape
}

func newScene(t *testing.T) scene {
	t.Helper()
	m, err := model.Open("../../models/nano/nano.canon")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	words, err := token.Load(m.TokenizerBlob())
	if err != nil {
		t.Fatal(err)
	}
	task := computetypes.Task{
		Id: 7, Requester: third, Payer: third, Input: words.Chat("What is 37+45?"), Status: computetypes.TASK_STATUS_SETTLED,
		Reason: computetypes.REASON_TASK_REFEREED, CloseHeight: 58, OutputTokens: 2,
		Terms:    computetypes.TaskTerms{Seats: 3, MaxOutputTokens: 128},
		Snapshot: computetypes.Snapshot{SlashBurnBps: 5_000, SoftFaultBps: 1_000},
	}
	wrong := attesttypes.Result{Output: words.Encode("92"), Stop: step.StopEnd}
	right := attesttypes.Result{Output: words.Encode("82"), Stop: step.StopEnd}
	round := attesttypes.Round{TaskId: 7, Results: []attesttypes.Result{wrong, right}, Seats: []attesttypes.Seat{
		{Provider: liar, Lien: 100_000_000, Result: 1, Outcome: computetypes.REASON_SEAT_WRONG, Fall: attesttypes.FALL_PROVEN, LostDispute: 12},
		{Provider: honest, Lien: 100_000_000, Result: 2, Outcome: computetypes.REASON_SEAT_RIGHT},
		{Provider: third, Lien: 100_000_000, Result: 2, Outcome: computetypes.REASON_SEAT_RIGHT},
	}}
	s := scene{Input: story.Input{
		Task: &computetypes.QueryTaskResponse{
			Task: task, Progress: computetypes.Progress{Status: task.Status, Output: right.Output, Stop: right.Stop},
			Money: computetypes.MoneyView{
				Escrowed: 40_100, PaidSeats: 740, PaidModel: 12, PaidValidators: 20, Burned: 20, Refunded: 39_308, Slashed: 100_000_000,
			},
		},
		Rounds: []attesttypes.Round{round},
		Model:  &computetypes.Model{Name: "nano", Header: m.Header().Encode()},
		Words:  words,
		Names:  map[string]string{liar: "worker0", honest: "worker1"},
		Height: 60,
	}}
	s.shape, err = step.NewShape(m.Header(), step.Claim{Prompt: task.Input, MaxOutput: 128, Output: wrong.Output, Stop: wrong.Stop})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// dispute is one against the liar that descended to an element of the ffn down product.
func (s scene) dispute(t *testing.T) *attesttypes.QueryDisputeResponse {
	t.Helper()
	leaf, err := s.shape.Index(step.At{Position: 11, Layer: 3, Site: step.SiteDown})
	if err != nil {
		t.Fatal(err)
	}
	d := attesttypes.Dispute{
		Id: 12, TaskId: 7, Origin: attesttypes.DISPUTE_ORIGIN_SPLIT, Solver: liar, Challenger: honest, MoveWindow: 20, TraceWindow: 60,
		OpenHeight: 43, CloseHeight: 55, Phase: attesttypes.DISPUTE_PHASE_RESOLVED,
		Winner: attesttypes.DISPUTE_SIDE_CHALLENGER, End: attesttypes.DISPUTE_END_REFUTED,
		Verdict: &attesttypes.StepVerdict{
			Tensor: leaf, Operator: "down", Position: 11, Layer: 3, ClaimedText: "455384", ExpectedText: "-5859",
			Claimed: []byte{1, 0, 0, 0}, Expected: []byte{2, 0, 0, 0},
		},
	}
	move := func(kind attesttypes.DisputeMoveKind, index uint64, bytes uint32) {
		d.Moves = append(d.Moves, attesttypes.DisputeMove{Kind: kind, Height: 45 + uint64(len(d.Moves)), Index: uint32(index), Bytes: bytes})
	}
	move(attesttypes.DISPUTE_MOVE_KIND_TRACE, 0, 1_440)
	p := s.shape.Top()
	for !p.IsChunk() {
		index := uint64(0)
		if !p.InTensor {
			index = leaf>>(7*(p.Level-1)) - p.Index*step.Arity
		}
		if len(d.Moves) > 1 {
			move(attesttypes.DISPUTE_MOVE_KIND_CHILDREN, 0, uint32(32*s.shape.Fanout(p)))
		}
		move(attesttypes.DISPUTE_MOVE_KIND_CHOICE, index, 0)
		if p, err = s.shape.Child(p, int(index)); err != nil {
			t.Fatal(err)
		}
	}
	move(attesttypes.DISPUTE_MOVE_KIND_CHUNK, 0, 512)
	move(attesttypes.DISPUTE_MOVE_KIND_STEP, 0, 2_817)
	d.Place = attesttypes.PlaceOf(p)
	return &attesttypes.QueryDisputeResponse{
		Dispute: d, Tensors: s.shape.Tensors(), Where: "tensor 1934, down, layer 3, position 11",
		Trace: &attesttypes.Trace{Root: []byte{0x8f, 0x3a, 0x11, 0xc0, 0x55}, Height: 45},
	}
}

// open turns the scene back to the state after so many moves.
func open(s *scene, phase attesttypes.DisputePhase, moves int) {
	reopen(&s.Dispute.Dispute, phase, moves)
	s.Task.Task.CloseHeight, s.Task.Progress = 0, computetypes.Progress{Status: computetypes.TASK_STATUS_SPLIT}
	s.Task.Money = computetypes.MoneyView{Escrowed: 40_100, Held: 40_100}
}

func reopen(d *attesttypes.Dispute, phase attesttypes.DisputePhase, moves int) {
	d.Moves, d.Phase, d.Deadline = d.Moves[:moves], phase, 66
	d.Verdict, d.End, d.Winner, d.CloseHeight = nil, attesttypes.DISPUTE_END_UNSPECIFIED, attesttypes.DISPUTE_SIDE_UNSPECIFIED, 0
}

var scenes = []struct {
	file string
	set  func(s *scene)
}{
	{"refuted", func(*scene) {}},
	{"descending", func(s *scene) {
		open(s, attesttypes.DISPUTE_PHASE_CHILDREN_DUE, 2)
		s.Dispute.Where = "tensors 1920 to 2047"
	}},
	{"challenge_upheld", func(s *scene) { // no tokenizer, no monikers
		d := &s.Dispute.Dispute
		d.Origin, d.Stake, d.Solver, d.Challenger = attesttypes.DISPUTE_ORIGIN_CHALLENGE, 100_000_000, honest, liar
		d.End, d.Winner = attesttypes.DISPUTE_END_UPHELD, attesttypes.DISPUTE_SIDE_SOLVER
		d.Verdict.ClaimedText = d.Verdict.ExpectedText
		s.Words, s.Names, s.Rounds[0].Seats = nil, nil, s.Rounds[0].Seats[1:]
		s.Task.Task.Reason, s.Task.Money.Slashed = computetypes.REASON_TASK_AGREED, 0
	}},
	{"challenge_overturned", func(s *scene) { // all three had told the same lie
		d := &s.Dispute.Dispute
		d.Origin, d.Stake, d.Challenger = attesttypes.DISPUTE_ORIGIN_CHALLENGE, 100_000_000, "aic1g3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3t0za"
		for i := range s.Rounds[0].Seats {
			seat := &s.Rounds[0].Seats[i]
			seat.Result, seat.Outcome, seat.Fall = 1, computetypes.REASON_SEAT_WRONG, attesttypes.FALL_PROVEN
		}
		s.Task.Task.Status, s.Task.Task.Reason = computetypes.TASK_STATUS_OVERTURNED, computetypes.REASON_TASK_OVERTURNED
		s.Task.Progress = computetypes.Progress{Status: computetypes.TASK_STATUS_OVERTURNED}
		s.Task.Money.Slashed, s.Task.Money.Restored = 300_000_000, 792
	}},
	{"silent_after_prune", func(s *scene) { // the task is gone, the dispute is told from itself
		d := &s.Dispute.Dispute
		d.Moves, d.Verdict, d.End = d.Moves[:4], nil, attesttypes.DISPUTE_END_SOLVER_SILENT
		d.Place = attesttypes.Place{Level: 1, Index: 12}
		s.Task, s.Rounds, s.Model = nil, nil, nil
	}},
	{"queued", func(s *scene) {
		open(s, attesttypes.DISPUTE_PHASE_QUEUED, 0)
		s.Names[liar] = "bad\x1b[31m name" // a stranger chose it
	}},
	{"impossible", func(s *scene) {
		d := &s.Dispute.Dispute
		d.Moves, d.Verdict, d.End, s.Dispute.Trace = nil, nil, attesttypes.DISPUTE_END_IMPOSSIBLE, nil
	}},
}

func TestStories(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.file, func(t *testing.T) {
			s := newScene(t)
			s.Dispute = s.dispute(t)
			sc.set(&s)
			check(t, sc.file, story.Dispute(s.Input))
		})
	}
}

func TestTable(t *testing.T) {
	s := newScene(t)
	a, b, c := s.dispute(t), s.dispute(t), s.dispute(t)
	reopen(&b.Dispute, attesttypes.DISPUTE_PHASE_QUEUED, 0)
	b.Dispute.Id, b.Dispute.Challenger, b.Dispute.Deadline = 13, third, 0
	reopen(&c.Dispute, attesttypes.DISPUTE_PHASE_CHILDREN_DUE, 2)
	c.Dispute.Id, c.Dispute.Solver, c.Dispute.Challenger = 14, honest, liar
	check(t, "table", story.Disputes([]attesttypes.Dispute{a.Dispute, b.Dispute, c.Dispute}, s.Names)+"\n"+story.Disputes(nil, nil))
}

// check compares with a golden file, and that a terminal of 100 columns can show it.
func check(t *testing.T, file, got string) {
	t.Helper()
	path := fmt.Sprintf("testdata/%s.txt", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s", path, got)
	}
	for _, line := range strings.Split(got, "\n") {
		if utf8.RuneCountInString(line) > 100 || strings.ContainsAny(line, "\x1b\u00a0\t") || strings.TrimRight(line, " ") != line {
			t.Errorf("%s: not for a terminal of 100 columns: %q", path, line)
		}
	}
}
