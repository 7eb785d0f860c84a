package flow

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// forgeries are the traces that a player may have instead of the honest one, by the word of a script.
var forgeries = map[string]kit.Forgery{
	"forges-output": func(_ *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return h.Solver(), nil },
	"forges-token":  func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.Steer(h, step.SiteToken) },
	"forges-logits": func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.Steer(h, step.SiteLogits) },
	"forges-tensor": func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.OneTensor(h, f.Any(h)) },
	"junk":          func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.OnlyJunk(h), nil },
}

// conduct says how somebody plays: which trace it posts, and with `fake=` which it accuses with, by a word of forgeries,
// and in which phases it keeps `silent`. Nobody who lied has an honest trace to post: who is told nothing forges the
// output alone.
func (s *stage) conduct(l line) string {
	p := s.player(s.seatOf(l.who()))
	for _, word := range l.names[1:] {
		p.Forge = s.forgery(word)
	}
	if l.has("fake") {
		p.Fake = s.forgery(l.text("fake", ""))
	}
	phases := l.values["silent"]
	p.Refuses = func(d attesttypes.Dispute) bool { return slices.Contains(phases, phase(d)) }
	return "so be it"
}

func (s *stage) forgery(word string) kit.Forgery {
	f, ok := forgeries[word]
	if !ok {
		s.TB.Fatalf("unknown forgery %q", word)
	}
	return f
}

// player is who plays under a name.
func (s *stage) player(name string) *kit.Player {
	name = s.RealName(name)
	if s.players[name] == nil {
		s.players[name] = &kit.Player{Name: name, Forge: forgeries["forges-output"]} // the honest trace of a right claim
	}
	return s.players[name]
}

func phase(d attesttypes.Dispute) string {
	return strings.TrimPrefix(d.Phase.String(), "DISPUTE_PHASE_")
}

// playDisputes lets the named, or everybody, make the moves that are due, block by block, until there are none. With
// `dispute=1 until=CHUNK_DUE` it stops when the dispute is in that phase.
func (s *stage) playDisputes(l line) string {
	const most = 200
	who := l.names
	if len(who) == 0 {
		who = s.Everybody()
	}
	var said []string
	for range most {
		if l.has("until") && phase(s.Dispute(l.number("dispute", 1)).Dispute) == l.text("until", "") {
			return strings.Join(said, "\n")
		}
		var txs []kit.Tx
		for _, name := range who {
			txs = append(txs, s.player(s.seatOf(name)).Due(s.World)...)
		}
		if len(txs) == 0 {
			if len(said) == 0 {
				return "nobody has a move"
			}
			return strings.Join(said, "\n")
		}
		if s.restarts && len(said) > 0 { // before the first block it was killed already
			s.kill()
		}
		said = append(said, s.block(txs...))
	}
	return strings.Join(append(said, "and so on"), "\n")
}

// due makes the moves that are due of the named; with `dispute=2` in that dispute alone. `spoil=…` spoils the move, `to=`
// sends it to another dispute, `move=` gives it another number, `by=` another signer; `paying` pays for it.
func (s *stage) due(l line) (txs []kit.Tx) {
	pays := l.take("paying")
	for _, name := range l.names {
		p := s.player(name)
		if !l.has("dispute") {
			txs = append(txs, p.Due(s.World)...)
			continue
		}
		msg, err := p.Message(s.World, l.number("dispute", 0))
		if err != nil && !errors.Is(err, kit.ErrNoMove) || msg == nil {
			s.TB.Fatalf("%s has no move in %s: %v", name, s.summary(&s.Dispute(l.number("dispute", 0)).Dispute), err)
		}
		s.spoil(&l, msg)
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{msg}, Pays: pays})
	}
	return txs
}

// spoil makes a move into a bad one.
func (s *stage) spoil(l *line, msg sdk.Msg) {
	word := l.text("spoil", "")
	switch m := msg.(type) {
	case *attesttypes.MsgPostTrace:
		m.Solver, m.DisputeId, m.Move = s.spoiled(l, m.Solver, m.DisputeId, m.Move)
		spoilTrace(word, m)
	case *attesttypes.MsgChooseChild:
		m.Challenger, m.DisputeId, m.Move = s.spoiled(l, m.Challenger, m.DisputeId, m.Move)
		m.Index = uint32(l.number("index", uint64(m.Index)))
	case *attesttypes.MsgPostChildren:
		m.Solver, m.DisputeId, m.Move = s.spoiled(l, m.Solver, m.DisputeId, m.Move)
		m.Children = spoilBytes(word, m.Children)
	case *attesttypes.MsgPostChunk:
		m.Solver, m.DisputeId, m.Move = s.spoiled(l, m.Solver, m.DisputeId, m.Move)
		m.Data = spoilBytes(word, m.Data)
	case *attesttypes.MsgPostStep:
		m.Challenger, m.DisputeId, m.Move = s.spoiled(l, m.Challenger, m.DisputeId, m.Move)
		m.Step = s.spoilStep(word, m.Step)
	}
}

// spoiled are the signer, the dispute and the number of a move as a line wants them.
func (s *stage) spoiled(l *line, signer string, id uint64, move uint32) (string, uint64, uint32) {
	if l.has("by") {
		signer = s.Address(l.text("by", ""))
	}
	return signer, l.number("to", id), uint32(l.number("move", uint64(move)))
}

// spoilBytes flips a bit, or cuts or adds 32 bytes, which is a hash.
func spoilBytes(word string, b []byte) []byte {
	b = bytes.Clone(b)
	switch word {
	case "":
	case "flip":
		b[len(b)/2] ^= 1
	case "short":
		b = b[:len(b)-32]
	case "long":
		b = append(b, make([]byte, 32)...)
	case "odd":
		b = b[:len(b)-1]
	case "none":
		b = nil
	default:
		panic("spoil: " + word)
	}
	return b
}

// spoilTrace spoils the part of a trace that a word such as last-short names.
func spoilTrace(word string, m *attesttypes.MsgPostTrace) {
	part, how, _ := strings.Cut(word, "-")
	switch part {
	case "":
	case "root":
		m.Root = spoilBytes(how, m.Root)
	case "first":
		m.First = spoilBytes(how, m.First)
	case "last":
		m.Last = spoilBytes(how, m.Last)
	case "children":
		m.Children = spoilBytes(how, m.Children)
	default:
		panic("spoil: " + word)
	}
}

// spoilStep spoils an encoded step: the weight row of another place or of another model, another tensor or unit, one
// bit of a part, or its length.
func (s *stage) spoilStep(word string, encoded []byte) []byte {
	if word == "" {
		return encoded
	}
	if word == "garbage" {
		return []byte("no step at all")
	}
	if word == "oversize" {
		return append(encoded, make([]byte, step.MaxStepBytes)...)
	}
	st, err := step.Decode(encoded)
	if err != nil {
		s.TB.Fatal(err)
	}
	switch word {
	case "other-row", "other-model":
		b := kit.Tiny(s.TB, kit.TheModel)
		if word == "other-model" {
			b = kit.Tiny(s.TB, "another")
		}
		row, proof, err := b.RowProof(model.RowID{Part: model.Embedding, Row: 1})
		if err != nil {
			s.TB.Fatal(err)
		}
		st.Row, st.RowProof = row, nil
		for _, h := range proof {
			st.RowProof = append(st.RowProof, h[:]...)
		}
	case "other-tensor":
		st.Tensor++
	case "other-unit":
		st.Unit++
	case "far-tensor":
		st.Tensor = 1 << 40
	case "hint":
		st.Hint = 3
	case "data":
		st.Data[len(st.Data)-1] ^= 1
	case "path":
		st.Proof[0] ^= 1
	case "short-path":
		st.Proof = st.Proof[32:]
	case "row":
		st.Row[0] ^= 1
	case "no-row":
		st.Row, st.RowProof = nil, nil
	default:
		panic("spoil: " + word)
	}
	return st.Encode()
}

// challenge disputes a settled result: `challenge p4 solver=A task=1`.
func (s *stage) challenge(l line) (txs []kit.Tx) {
	for _, name := range l.names {
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{&attesttypes.MsgOpenDispute{
			Challenger: s.Address(name), TaskId: l.task(), Solver: s.Address(s.seatOf(l.text("solver", ""))),
		}}})
	}
	return txs
}

// lookDispute tells the story of one dispute.
func lookDispute(s *stage, l *line) []string {
	var id uint64
	if _, err := fmt.Sscan(l.who(), &id); err != nil {
		s.TB.Fatal(err)
	}
	q := s.Dispute(id)
	d := q.Dispute
	out := []string{s.summary(&d)}
	if d.IsOpen() && q.Where != "" {
		out = append(out, "at "+q.Where)
	}
	sum := uint32(0)
	for _, m := range d.Moves {
		text := fmt.Sprintf("block %d %s, %d bytes", m.Height, strings.TrimPrefix(m.Kind.String(), "DISPUTE_MOVE_KIND_"), m.Bytes)
		if m.Kind == attesttypes.DISPUTE_MOVE_KIND_CHOICE {
			text += fmt.Sprintf(", child %d", m.Index)
		}
		out, sum = append(out, text), sum+m.Bytes
	}
	if d.Verdict != nil {
		out = append(out, kit.Computed(d.Verdict))
	}
	return append(out, fmt.Sprintf("%d tensors, %d moves, %d bytes", q.Tensors, len(d.Moves), sum))
}

// summary is a dispute in one line.
func (s *stage) summary(d *attesttypes.Dispute) string {
	text := fmt.Sprintf("dispute %d about task %d round %d, %s: %s against %s, %s", d.Id, d.TaskId, d.Round,
		strings.TrimPrefix(d.Origin.String(), "DISPUTE_ORIGIN_"), s.NameOf(d.Challenger), s.NameOf(d.Solver), phase(*d))
	if d.Deadline > 0 {
		text += fmt.Sprintf(" until block %d", d.Deadline)
	}
	if d.Stake > 0 {
		text += ", stake " + kit.AIC(d.Stake)
	}
	if !d.IsOpen() {
		text += fmt.Sprintf(" in block %d, %s, winner %s", d.CloseHeight, strings.TrimPrefix(d.End.String(), "DISPUTE_END_"),
			strings.TrimPrefix(d.Winner.String(), "DISPUTE_SIDE_"))
	}
	return text
}

// lookDisputes lists the disputes about a task.
func lookDisputes(s *stage, l *line) (out []string) {
	for _, d := range s.Disputes(l.task()) {
		out = append(out, s.summary(&d))
	}
	if len(out) == 0 {
		return []string{"none"}
	}
	return out
}

// lookCase tells what the referee works on, and how the seats of the task stand.
func lookCase(s *stage, l *line) []string {
	out := []string{"no case"}
	if c, ok := s.Case(l.task()); ok {
		out[0] = fmt.Sprintf("%s in round %d, %d disputes unresolved", strings.TrimPrefix(c.Origin.String(), "DISPUTE_ORIGIN_"), c.Round, c.Unresolved)
		if c.Until > 0 {
			out[0] += fmt.Sprintf(", challenges until block %d", c.Until)
		}
	}
	for _, r := range s.Rounds(l.task()) {
		for i := range r.Seats {
			seat := &r.Seats[i]
			text := fmt.Sprintf("round %d seat %s", r.Round, s.NameOf(seat.Provider))
			if seat.Result == 0 {
				continue
			}
			text += fmt.Sprintf(" stands for result %d", seat.Result)
			if seat.Fall != attesttypes.FALL_UNSPECIFIED {
				text += fmt.Sprintf(", fell %s", strings.TrimPrefix(seat.Fall.String(), "FALL_"))
			}
			if seat.LostDispute > 0 {
				text += fmt.Sprintf(" in dispute %d", seat.LostDispute)
			}
			if seat.Challenged {
				text += ", challenged"
			}
			out = append(out, text)
		}
	}
	return out
}
