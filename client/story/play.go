package story

import (
	"fmt"
	"strings"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// descent tells the moves, one a line, and where each choice led.
func (s *story) descent() {
	s.head("The descent")
	switch {
	case s.d.End == attesttypes.DISPUTE_END_IMPOSSIBLE:
		s.tell("None was needed: no model can give such an answer to this task, whatever it computes.")
		return
	case len(s.d.Moves) == 0:
		s.tell("No move was made%s.", s.solverTrace())
		return
	case s.Dispute.Tensors > 0:
		s.tell("The run of %s has %s%s.", s.name(s.d.Solver), count(s.Dispute.Tensors, "tensor"), s.solverTrace())
	}
	s.line("\n  %5s  %-10s  %-62s  %9s", "block", "who", "move", "bytes")
	place, known := s.shape.Top(), s.hasShape
	bytes := uint64(0)
	for _, m := range s.d.Moves {
		if m.Kind == attesttypes.DISPUTE_MOVE_KIND_CHOICE && known {
			next, err := s.shape.Child(place, int(m.Index))
			if known = err == nil; known {
				place = next
			}
		}
		who := "solver"
		if m.Kind == attesttypes.DISPUTE_MOVE_KIND_CHOICE || m.Kind == attesttypes.DISPUTE_MOVE_KIND_STEP {
			who = "challenger"
		}
		size := ""
		if m.Bytes > 0 {
			size = digits(uint64(m.Bytes))
		}
		s.line("  %5d  %-10s  %-62s  %9s", m.Height, who, s.move(m, place, known), size)
		bytes += uint64(m.Bytes)
	}
	s.line("  %5s  %-10s  %-62s  %9s", "", "", count(uint64(len(s.d.Moves)), "move"), digits(bytes))
}

// solverTrace says when the solver bound itself, unless it did so in this dispute.
func (s *story) solverTrace() string {
	t := s.Dispute.Trace
	if t == nil || len(s.d.Moves) > 0 && s.d.Moves[0].Kind == attesttypes.DISPUTE_MOVE_KIND_TRACE {
		return ""
	}
	return fmt.Sprintf("; it had posted its trace in block %d, in an earlier dispute", t.Height)
}

// move tells one move; place is where the descent is after it.
func (s *story) move(m attesttypes.DisputeMove, place step.Place, known bool) string {
	switch m.Kind {
	case attesttypes.DISPUTE_MOVE_KIND_TRACE:
		if t := s.Dispute.Trace; t != nil && len(t.Root) > 4 {
			return fmt.Sprintf("binds itself to the trace %x… and shows its first hashes", t.Root[:4])
		}
		return "binds itself to a trace and shows its first hashes"
	case attesttypes.DISPUTE_MOVE_KIND_CHOICE:
		if known {
			return fmt.Sprintf("differs first at %d: %s", m.Index, s.where(place))
		}
		return fmt.Sprintf("differs first at %d", m.Index)
	case attesttypes.DISPUTE_MOVE_KIND_CHILDREN:
		if known {
			return "shows the " + plural(uint64(s.shape.Fanout(place)), "hash", "hashes") + " below"
		}
		return "shows the hashes below"
	case attesttypes.DISPUTE_MOVE_KIND_CHUNK:
		return "shows the numbers themselves"
	case attesttypes.DISPUTE_MOVE_KIND_STEP:
		return "opens one number with all it is made of; the chain computes it"
	}
	return strings.ToLower(m.Kind.String())
}

func plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return digits(n) + " " + many
}

// where is a place in words.
func (s *story) where(p step.Place) string {
	switch {
	case p.IsChunk() && s.isWhole(p.Tensor):
		p.Level = 1 // the chunk is the tensor
	case p.IsChunk():
		first, n, err := s.shape.ChunkUnits(p)
		if err != nil {
			return ""
		}
		if n == 1 {
			return fmt.Sprintf("its element %d", first)
		}
		return fmt.Sprintf("its elements %d to %d", first, first+n-1)
	case !p.InTensor:
		width := uint64(1) << (7 * p.Level) // of step.Arity children each
		return fmt.Sprintf("tensors %d to %d", p.Index*width, min((p.Index+1)*width, s.shape.Tensors())-1)
	}
	at, err := s.shape.At(p.Tensor)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("tensor %d, %s", p.Tensor, at)
}

// isWhole tells whether a tensor is one chunk.
func (s *story) isWhole(leaf uint64) bool {
	n, err := s.shape.Chunks(leaf)
	return err == nil && n == 1
}

// theStep tells what the chain computed, or whose turn it is.
func (s *story) theStep() {
	v := s.d.Verdict
	if v == nil {
		return
	}
	s.head("The one step that the chain computed")
	s.line("  %-12s %s%s", "operator", v.Operator, s.kind(v))
	s.line("  %-12s %s", "where", s.spot(v))
	s.line("  %-12s %d%s", "element", v.Unit, s.made(v))
	expected := v.ExpectedText
	if len(v.Expected) == 0 {
		expected = "nothing"
	}
	wide := max(len(v.ClaimedText), len(expected))
	s.line("  %-12s %-*s  in the trace of %s", "claimed", wide, v.ClaimedText, s.name(s.d.Solver))
	if len(v.Expected) == 0 {
		s.line("  %-12s %-*s  no honest run has such inputs", "expected", wide, expected)
	} else {
		s.line("  %-12s %-*s  computed by every validator", "expected", wide, expected)
	}
	s.line("")
	if s.d.End == attesttypes.DISPUTE_END_REFUTED {
		s.tell("All that it is made of is under the trace root of %s and the id of the model. The chain "+
			"computed another number than the trace holds, so the trace is not that of the model.", s.name(s.d.Solver))
		return
	}
	s.tell("The chain computed what the trace of %s holds.", s.name(s.d.Solver))
}

// spot is the layer, the position and what the model reads there.
func (s *story) spot(v *attesttypes.StepVerdict) string {
	if !s.hasShape {
		return fmt.Sprintf("layer %d, position %d", v.Layer, v.Position)
	}
	at, err := s.shape.At(v.Tensor)
	if err != nil {
		return ""
	}
	place := fmt.Sprintf("position %d, ", at.Position)
	if at.Site >= step.SiteAttnSquares && at.Site <= step.SiteFFNResidual {
		place = fmt.Sprintf("layer %d, %s", at.Layer, place)
	}
	return place + s.reading(at.Position)
}

// reading is what the model does at a position.
func (s *story) reading(p int) string {
	c := s.shape.Claim()
	switch n := len(c.Prompt); {
	case p < n-1:
		return fmt.Sprintf("where the model reads %s of the question", s.token(c.Prompt[p]))
	case p == n-1:
		return "where the model begins its answer"
	case p-n < len(c.Output):
		return fmt.Sprintf("where the model goes on after %s of its answer", s.token(c.Output[p-n]))
	}
	return "at the end of the answer"
}

// token is one token in quotes; control tokens have no text.
func (s *story) token(id uint32) string {
	if s.Words != nil {
		if text := s.Words.Decode([]uint32{id}); text != "" {
			return word(text)
		}
	}
	return fmt.Sprintf("token %d", id)
}

// kind says what a product is; the other operators say it by their names.
func (s *story) kind(v *attesttypes.StepVerdict) string {
	if strings.Contains(s.made(v), "product") {
		return ", a product with a matrix of the model"
	}
	return ""
}

// made is what an element is made of.
func (s *story) made(v *attesttypes.StepVerdict) string {
	if !s.hasShape {
		return ""
	}
	p, err := s.shape.Plan(v.Tensor, v.Unit, 0)
	if err != nil {
		return ""
	}
	row, needsRow := p.NeedsRow()
	if !needsRow {
		return ""
	}
	if model.IsNorm(row.Part) || row.Part == model.Rope || row.Part == model.Embedding {
		return fmt.Sprintf(", with row %d of the weights", row.Row)
	}
	return fmt.Sprintf(", %s with row %d of the weights", count(uint64(p.Products), "product"), row.Row)
}
