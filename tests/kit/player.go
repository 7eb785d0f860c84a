package kit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/tests/forge"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// Player makes the moves of one party in its disputes. It knows what queries tell and nothing else, as a worker does.
// The zero value with a name is honest.
type Player struct {
	Name string
	// Forge makes, of the honest trace of the player's own claim, the one that it posts as a solver; nil for the honest
	// one, which the chain refuses when the claim is wrong.
	Forge Forgery
	// Fake makes, of the honest trace of another's claim, the one that the player accuses with; nil for the honest one.
	Fake Forgery
	// Random, if set, chooses any child and opens any step, whatever differs.
	Random *rand.Rand
	// Mutate, if set, spoils an encoded step.
	Mutate func(step []byte) []byte
	// Refuses says whether the player keeps silent in a phase; nil if it never does.
	Refuses func(d attesttypes.Dispute) bool

	traces map[traceKey]*ownTrace
}

// Forgery makes another trace out of the honest one.
type Forgery func(f *forge.Forger, honest *forge.Trace) (*forge.Trace, error)

type traceKey struct {
	task   uint64
	solver string
	round  uint32
}

// ownTrace is a player's trace of a claim.
type ownTrace struct {
	step.Trace

	shape       step.Shape
	root        step.Hash
	first, last []step.Hash
}

// ErrNoMove says that a player has nothing to say: an honest challenger finds no difference.
var ErrNoMove = errors.New("no move")

// Message is the player's next move in a dispute; nil when it is not its turn or it keeps silent. The error is
// ErrNoMove, or of a trace or step that could not be made.
func (p *Player) Message(w *World, id uint64) (sdk.Msg, error) {
	w.TB.Helper()
	q := w.Dispute(id)
	if !p.isDue(w, q.Dispute) {
		return nil, nil
	}
	g, err := p.game(w, q)
	if err != nil {
		return nil, err
	}
	return g.move()
}

// isDue says whether it is the player's turn and it wants to move.
func (p *Player) isDue(w *World, d attesttypes.Dispute) bool {
	party := map[dispute.Side]string{dispute.Solver: d.Solver, dispute.Challenger: d.Challenger}[dispute.Phase(d.Phase).Turn()]
	return party == w.Address(p.Name) && (p.Refuses == nil || !p.Refuses(d))
}

// Due is the player's next move in each of its disputes in which it has one.
func (p *Player) Due(w *World) (txs []Tx) {
	w.TB.Helper()
	for _, d := range w.DisputesOf(p.Name) {
		msg, err := p.Message(w, d.Id)
		if err != nil && !errors.Is(err, ErrNoMove) {
			w.TB.Fatalf("%s in dispute %d: %v", p.Name, d.Id, err)
		}
		if msg != nil {
			txs = append(txs, Tx{Msgs: []sdk.Msg{msg}})
		}
	}
	return txs
}

// game is a dispute in which the player has to move.
type game struct {
	*Player

	w      *World
	d      attesttypes.Dispute
	trace  *attesttypes.Trace
	shown  []attesttypes.Shown
	own    *ownTrace
	brain  *Brain
	signer string
}

func (p *Player) game(w *World, q *attesttypes.QueryDisputeResponse) (*game, error) {
	own, err := p.own(w, q.Dispute)
	return &game{Player: p, w: w, d: q.Dispute, trace: q.Trace, shown: q.Shown, own: own, brain: w.Brain(q.Dispute.TaskId), signer: w.Address(p.Name)}, err
}

// own is the player's trace of the solver's claim, made once.
func (p *Player) own(w *World, d attesttypes.Dispute) (*ownTrace, error) {
	key := traceKey{d.TaskId, d.Solver, d.Round}
	if p.traces[key] != nil {
		return p.traces[key], nil
	}
	claim, ok := w.ClaimOf(d.Solver, d.TaskId, d.Round)
	if !ok {
		return nil, fmt.Errorf("the solver of dispute %d has revealed nothing", d.Id)
	}
	forgery := p.Fake
	if d.Solver == w.Address(p.Name) {
		forgery = p.Forge
	}
	t, err := makeTrace(w.Brain(d.TaskId), claim, forgery)
	if err != nil {
		return nil, err
	}
	const kept = 16 // a trace is made again, the same, when it was dropped
	if p.traces == nil || len(p.traces) >= kept {
		p.traces = map[traceKey]*ownTrace{}
	}
	p.traces[key] = t
	return t, nil
}

// makeTrace is the witness of a claim, or a forgery of it.
func makeTrace(b *Brain, c step.Claim, forgery Forgery) (*ownTrace, error) {
	ctx := context.Background()
	witness, err := b.Engine.Witness(ctx, c)
	if err != nil {
		return nil, err
	}
	if forgery == nil {
		t := &ownTrace{Trace: witness.Trace(ctx), shape: witness.Shape(), root: witness.Root()}
		t.first, t.last = witness.Ends()
		return t, nil
	}
	honest, err := forge.Remember(ctx, witness)
	if err != nil {
		return nil, err
	}
	forged, err := forgery(forge.New(b.File, uint64(c.InputDigest[0])), honest)
	if err != nil {
		return nil, err
	}
	t := &ownTrace{Trace: forged, shape: forged.Shape(), root: forged.TraceRoot()}
	t.first, t.last = forged.Ends()
	return t, nil
}

// move makes the message that is due.
func (g *game) move() (sdk.Msg, error) {
	id, n, place := g.d.Id, uint32(len(g.d.Moves)), placeOf(g.d.Place)
	switch dispute.Phase(g.d.Phase) {
	case dispute.TraceDue:
		children, err := step.Children(g.own.shape, g.own, g.own.shape.Top())
		return &attesttypes.MsgPostTrace{
			Solver: g.signer, DisputeId: id, Move: n, Root: g.own.root[:],
			First: join(g.own.first), Last: join(g.own.last), Children: join(children),
		}, err
	case dispute.ChoiceDue:
		i, err := g.choice(place)
		if err != nil {
			return nil, err
		}
		return &attesttypes.MsgChooseChild{Challenger: g.signer, DisputeId: id, Move: n, Index: uint32(i)}, nil
	case dispute.ChildrenDue:
		children, err := step.Children(g.own.shape, g.own, place)
		return &attesttypes.MsgPostChildren{Solver: g.signer, DisputeId: id, Move: n, Children: join(children)}, err
	case dispute.ChunkDue:
		data, err := step.Chunk(g.own, place)
		return &attesttypes.MsgPostChunk{Solver: g.signer, DisputeId: id, Move: n, Data: data}, err
	case dispute.StepDue:
		data, err := g.step(place)
		return &attesttypes.MsgPostStep{Challenger: g.signer, DisputeId: id, Move: n, Step: data}, err
	}
	return nil, fmt.Errorf("nothing is due in phase %s", g.d.Phase)
}

// children are those of the place that the descent has reached, as the solver has shown them.
func (g *game) children() ([]step.Hash, error) {
	data := g.trace.GetChildren()
	if n := len(g.shown); n > 0 {
		data = g.shown[n-1].Data
	}
	return split(data)
}

// choice names the leftmost difference, or any child.
func (g *game) choice(place step.Place) (int, error) {
	theirs, err := g.children()
	if err != nil {
		return 0, err
	}
	if g.Random != nil {
		return g.Random.IntN(len(theirs)), nil
	}
	own, err := step.Children(g.own.shape, g.own, place)
	if err != nil {
		return 0, err
	}
	i, differs := dispute.Leftmost(own, theirs)
	if !differs {
		return 0, fmt.Errorf("%w: nothing differs at %+v", ErrNoMove, place)
	}
	return i, nil
}

// step opens the leftmost wrong unit of the chunk that was shown, or any of its units.
func (g *game) step(place step.Place) ([]byte, error) {
	view, err := g.view()
	if err != nil {
		return nil, err
	}
	own, err := step.Chunk(g.own, place)
	if err != nil {
		return nil, err
	}
	var unit uint64
	if g.Random != nil {
		first, n, err := g.own.shape.ChunkUnits(place)
		if err != nil {
			return nil, err
		}
		unit = first + g.Random.Uint64N(n)
	} else if unit, err = g.own.shape.WrongUnit(place, own, g.shown[len(g.shown)-1].Data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoMove, err)
	}
	s, err := step.Open(g.own.shape, g.own, g.brain, view, place.Tensor, unit)
	if err != nil {
		return nil, err
	}
	if g.Mutate != nil {
		return g.Mutate(s.Encode()), nil
	}
	return s.Encode(), nil
}

// view is the solver's trace as far as it was shown.
func (g *game) view() (*step.View, error) {
	v := step.NewView()
	top, err := split(g.trace.GetChildren())
	if err != nil {
		return nil, err
	}
	v.Learn(g.own.shape.Top(), top)
	for _, s := range g.shown {
		if place := placeOf(s.Place); place.IsChunk() {
			v.LearnChunk(place, s.Data)
		} else if list, err := split(s.Data); err == nil {
			v.Learn(place, list)
		} else {
			return nil, err
		}
	}
	return v, nil
}

// placeOf is a place as package step has it.
func placeOf(p attesttypes.Place) step.Place {
	return step.Place{InTensor: p.InTensor, Tensor: p.Tensor, Level: uint8(p.Level), Index: p.Index}
}

// join and split are hashes on the wire.
func join(hashes []step.Hash) []byte {
	out := make([]byte, 0, 32*len(hashes))
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func split(data []byte) ([]step.Hash, error) {
	if len(data)%32 != 0 {
		return nil, fmt.Errorf("%d bytes of hashes", len(data))
	}
	out := make([]step.Hash, len(data)/32)
	for i := range out {
		out[i] = step.Hash(data[32*i:])
	}
	return out, nil
}
