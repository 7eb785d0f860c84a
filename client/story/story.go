package story

import (
	"fmt"
	"strings"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Input is what a story is told from. Only Dispute is needed.
type Input struct {
	Dispute *attesttypes.QueryDisputeResponse
	Task    *computetypes.QueryTaskResponse // nil when it is pruned
	Rounds  []attesttypes.Round             // of the task, in order; empty when it is pruned
	Model   *computetypes.Model             // of the task; nil when unknown
	Words   *token.Tokenizer                // of the model; nil to tell token ids
	Names   map[string]string               // monikers by address, as far as known
	Height  uint64                          // of the newest block; 0 when unknown
}

// width of a line.
const width = 100

// Dispute tells the story of a dispute.
func Dispute(in Input) string {
	s := &story{Input: in, d: &in.Dispute.Dispute}
	s.shape, s.hasShape = s.trace()
	s.title()
	s.cast()
	s.opening()
	s.descent()
	s.theStep()
	s.ending()
	s.money()
	return s.b.String()
}

// story is one being told.
type story struct {
	Input
	d        *attesttypes.Dispute
	b        strings.Builder
	shape    step.Shape // of the solver's trace
	hasShape bool
}

// line adds a line.
func (s *story) line(format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), string(glue), " ")
	s.b.WriteString(strings.TrimRight(text, " ") + "\n")
}

// tell adds a paragraph, indented and broken into lines.
func (s *story) tell(format string, args ...any) {
	for _, line := range wrap(fmt.Sprintf(format, args...), width-2) {
		s.line("  %s", line)
	}
}

// head adds an empty line and a heading.
func (s *story) head(text string) { s.line("\n%s", text) }

// title says in one line how it stands.
func (s *story) title() {
	how := map[attesttypes.DisputeEnd]string{
		attesttypes.DISPUTE_END_UNSPECIFIED:       "not decided yet",
		attesttypes.DISPUTE_END_REFUTED:           "the solver was proven wrong",
		attesttypes.DISPUTE_END_UPHELD:            "the solver was proven right in this step",
		attesttypes.DISPUTE_END_SOLVER_SILENT:     "the solver kept silent and lost",
		attesttypes.DISPUTE_END_CHALLENGER_SILENT: "the challenger kept silent and lost",
		attesttypes.DISPUTE_END_IMPOSSIBLE:        "the solver's result cannot come from any run",
		attesttypes.DISPUTE_END_DROPPED:           "dropped, nobody won",
	}[s.d.End]
	s.line("Dispute %d: %s", s.d.Id, how)
}

// cast says what was asked and who stands for what.
func (s *story) cast() {
	s.line("")
	if s.Task != nil {
		s.line("  %-11s %s", "question", s.text(s.Task.Task.Input))
	}
	s.line("  %-11s %d%s", "task", s.d.TaskId, s.terms())
	s.line("  %-11s %s %s", "solver", s.party(s.d.Solver), s.says(s.d.Solver))
	s.line("  %-11s %s %s", "challenger", s.party(s.d.Challenger), s.says(s.d.Challenger))
}

// terms is the model and the sampling of the task.
func (s *story) terms() string {
	if s.Task == nil {
		return ", pruned"
	}
	var b strings.Builder
	if s.Model != nil {
		fmt.Fprintf(&b, ", model %s", word(s.Model.Name))
	}
	t := s.Task.Task.Terms
	if t.Sampling.TemperatureMilli == 0 {
		b.WriteString(", greedy")
	} else {
		fmt.Fprintf(&b, ", sampled at temperature %d.%03d", t.Sampling.TemperatureMilli/1_000, t.Sampling.TemperatureMilli%1_000)
	}
	fmt.Fprintf(&b, ", %s, at most %s", count(uint64(len(s.Task.Task.Input)), "token"), count(uint64(t.MaxOutputTokens), "token"))
	return b.String() + " of answer"
}

// says is what a party revealed, or that it has no seat.
func (s *story) says(address string) string {
	seat, result := s.seat(address)
	switch {
	case len(s.Rounds) == 0:
		return ""
	case seat == nil:
		return "had no seat on the task"
	case result == nil:
		return "revealed nothing"
	}
	return "says " + s.text(result.Output)
}

// seat returns the seat of a party in the dispute's round with its result, nil where there is none.
func (s *story) seat(address string) (*attesttypes.Seat, *attesttypes.Result) {
	for i := range s.Rounds {
		r := &s.Rounds[i]
		if r.Round != s.d.Round {
			continue
		}
		for j := range r.Seats {
			if seat := &r.Seats[j]; seat.Provider == address {
				if k := int(seat.Result); k >= 1 && k <= len(r.Results) {
					return seat, &r.Results[k-1]
				}
				return seat, nil
			}
		}
	}
	return nil, nil
}

// trace is the shape of the solver's trace, if all is known that fixes it.
func (s *story) trace() (step.Shape, bool) {
	_, result := s.seat(s.d.Solver)
	if s.Task == nil || s.Model == nil || result == nil {
		return step.Shape{}, false
	}
	h, err := model.ParseHeader(s.Model.Header)
	if err != nil {
		return step.Shape{}, false
	}
	t := &s.Task.Task
	c := step.Claim{
		Prompt: t.Input, MaxOutput: t.Terms.MaxOutputTokens, Temperature: t.Terms.Sampling.TemperatureMilli, TopK: t.Terms.Sampling.TopK,
		Output: result.Output, Stop: result.Stop,
	}
	copy(c.Seed[:], t.Snapshot.SampleSeed)
	shape, err := step.NewShape(h, c)
	return shape, err == nil
}

// opening says why there is a dispute and what is at stake.
func (s *story) opening() {
	s.head("How it began")
	solver, challenger := s.name(s.d.Solver), s.name(s.d.Challenger)
	if s.d.Origin == attesttypes.DISPUTE_ORIGIN_CHALLENGE {
		s.tell("The task was settled. In block %d %s challenged the seat of %s and put %s at stake.",
			s.d.OpenHeight, challenger, solver, uaic(s.d.Stake))
	} else {
		s.tell("In block %d the seats of round %d had revealed different results. The chain then opened disputes between all "+
			"that differ, in each direction. In this one %s says that the result of %s is wrong.", s.d.OpenHeight, s.d.Round, challenger, solver)
	}
	if seat, _ := s.seat(s.d.Solver); seat != nil {
		s.tell("%s stands for its result with its lien, %s of its bond.", solver, uaic(seat.Lien))
	}
}
