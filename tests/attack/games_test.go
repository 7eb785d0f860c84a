package attack

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"

	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// games is how many games are played through the chain; ATTACK_GAMES says otherwise. Another thousand, without a chain, are in
// canon/run.
func games() int {
	if n, err := strconv.Atoi(os.Getenv("ATTACK_GAMES")); err == nil {
		return n
	}
	return 160
}

// claim is what a seat answers.
type claim int

const (
	rightClaim claim = iota
	lieClaim
	otherLieClaim
	impossibleClaim
)

// part is what one liar does in a game.
type part struct {
	claim claim
	plays func(p *kit.Player, rnd *rand.Rand) // nil: posts the honest trace with its answer at the end, accuses honestly
}

// kind of a game: what the liars do that were drawn for a task.
type kind struct {
	name  string
	parts []part // of the liars in order of their seats; without any, of a third party that challenges the honest seats
}

// forging has the trace forged in the i-th way of package forge.
func forging(i int) func(*kit.Player, *rand.Rand) {
	return func(p *kit.Player, _ *rand.Rand) { p.Forge = forge.Lies()[i].Forge }
}

func silentIn(phases ...attesttypes.DisputePhase) func(*kit.Player, *rand.Rand) {
	return func(p *kit.Player, _ *rand.Rand) {
		p.Refuses = func(d attesttypes.Dispute) bool { return slices.Contains(phases, d.Phase) }
	}
}

// accusers never defend what they claimed, so that nothing ends their accusations before they are heard.
func accuser(how func(p *kit.Player, rnd *rand.Rand)) func(*kit.Player, *rand.Rand) {
	return func(p *kit.Player, rnd *rand.Rand) {
		silentIn(attesttypes.DISPUTE_PHASE_TRACE_DUE)(p, rnd)
		how(p, rnd)
	}
}

var accusations = map[string]func(p *kit.Player, rnd *rand.Rand){
	"accuses by chance": func(p *kit.Player, rnd *rand.Rand) { p.Random = rnd },
	"accuses by chance, with a flipped bit": func(p *kit.Player, rnd *rand.Rand) {
		p.Random = rnd
		p.Mutate = func(b []byte) []byte {
			b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
			return b
		}
	},
	"accuses with a trace of junk":            func(p *kit.Player, _ *rand.Rand) { p.Fake = forge.Lies()[5].Forge },
	"accuses with a fake trace, continued":    func(p *kit.Player, _ *rand.Rand) { p.Fake = forgesTensor },
	"accuses, then is silent before the step": silentIn(attesttypes.DISPUTE_PHASE_STEP_DUE),
}

// kinds of games by the number of liars that were drawn.
func kinds() [4][]kind {
	var out [4][]kind
	for i, l := range forge.Lies() {
		if l.NeedsWrong {
			out[1] = append(out[1], kind{"solver: " + l.Name, []part{{lieClaim, forging(i)}}})
		} else { // a right answer with a false trace, and a liar whom that would help
			out[2] = append(out[2], kind{"saboteur: right answer, " + l.Name, []part{{rightClaim, forging(i)}, {lieClaim, forging(4)}}})
		}
	}
	out[1] = append(out[1],
		kind{"solver: impossible answer", []part{{impossibleClaim, nil}}},
		kind{"solver: withholds the trace", []part{{lieClaim, silentIn(attesttypes.DISPUTE_PHASE_TRACE_DUE)}}},
		kind{"solver: withholds the children", []part{{lieClaim, silentIn(attesttypes.DISPUTE_PHASE_CHILDREN_DUE)}}},
		kind{"solver: withholds the chunk", []part{{lieClaim, silentIn(attesttypes.DISPUTE_PHASE_CHUNK_DUE)}}})
	for _, name := range slices.Sorted(maps.Keys(accusations)) {
		out[0] = append(out[0], kind{"third party " + name, []part{{rightClaim, accusations[name]}}})
		out[1] = append(out[1], kind{"seat " + name, []part{{lieClaim, accuser(accusations[name])}}})
	}
	out[2] = append(out[2],
		kind{"two tell one lie", []part{{lieClaim, forging(2)}, {lieClaim, forging(3)}}},
		kind{"two tell two lies", []part{{lieClaim, forging(2)}, {otherLieClaim, forging(4)}}},
		kind{"two liars, both silent", []part{{lieClaim, silentIn(attesttypes.DISPUTE_PHASE_TRACE_DUE)}, {lieClaim, silentIn(attesttypes.DISPUTE_PHASE_TRACE_DUE)}}})
	out[3] = append(out[3],
		kind{"three tell one lie, challenged", []part{{lieClaim, forging(2)}, {lieClaim, forging(4)}, {lieClaim, forging(6)}}},
		kind{"three tell one lie, challenged, and are silent", []part{
			{lieClaim, silentIn(attesttypes.DISPUTE_PHASE_TRACE_DUE)}, {lieClaim, silentIn(attesttypes.DISPUTE_PHASE_CHUNK_DUE)}, {lieClaim, forging(1)},
		}})
	return out
}

// hall is where games are played: honest providers h and liars x, whoever is drawn.
type hall struct {
	*table

	rnd   *rand.Rand
	kinds [4][]kind
	next  [4]int
	// by task
	kindOf map[uint64]string
	cast   map[uint64]map[string]*kit.Player
	claims map[uint64][]claim
	liars  map[uint64]int
	spite  map[uint64]string // a third party that challenges honest seats
	// of honest providers
	slashed int
}

const hallProviders = 12 // the first half is honest

func isHonest(name string) bool {
	n, err := strconv.Atoi(name[1:])
	must(err)
	return n <= hallProviders/2
}

// gamesThroughTheChain plays many tasks at once whose seats lie in every way, as transactions on the real application. Who is
// drawn decides how many lie; honest providers play what is due, and challenge a result on which only liars agree.
func gamesThroughTheChain(r *report) {
	setup := kit.DefaultSetup(hallProviders)
	setup.Model, setup.NoFees, setup.Bond, setup.Slots, setup.Chain.MaxGas = kit.Minute(r.T), true, 100_000_000_000, 10_000, -1
	setup.Compute = func(p *computetypes.Params) { p.ChallengeWindow = 120 }
	h := &hall{
		table: newTable(r, setup), rnd: rand.New(rand.NewPCG(3, 1)), kinds: kinds(), kindOf: map[uint64]string{},
		cast: map[uint64]map[string]*kit.Player{}, claims: map[uint64][]claim{}, liars: map[uint64]int{}, spite: map[uint64]string{},
	}
	var names []string
	for i := range hallProviders {
		names = append(names, fmt.Sprintf("p%d", i+1))
	}
	before := map[string]uint64{}
	for _, name := range names {
		before[name] = worth(h.World, name)
	}
	n := games()
	h.ask(60_000, n)
	ids := upTo(uint64(n))
	for _, id := range ids {
		h.deal(id)
	}
	h.answers(ids, h.answerOf)
	h.wait(n / 400) // a block closes so many rounds
	h.challengeAll(ids)
	h.play(names)
	h.wait(120)
	h.score(r, ids)
	worst := uint64(1 << 63)
	for _, name := range names[:hallProviders/2] {
		worst = min(worst, worth(h.World, name)-before[name])
		if worth(h.World, name) < before[name] {
			r.Errorf("%s is honest and has lost", name)
		}
	}
	r.exact("slashes and lost stakes of honest providers", 0, h.slashed)
	r.least("least net of an honest provider, uaic", 0, float64(worst), "")
	r.add("moves", "—", fmt.Sprintf("%d transactions, %d bytes", h.moves, h.bytes), "none", true)
}

// deal gives each liar that was drawn for a task its part, in turn through the kinds that there are for so many.
func (h *hall) deal(id uint64) {
	var liars []int
	seats := h.Seats(id)
	for i, name := range seats {
		if !isHonest(name) {
			liars = append(liars, i)
		}
	}
	n := len(liars)
	k := h.kinds[n][h.next[n]%len(h.kinds[n])]
	h.next[n]++
	h.kindOf[id], h.liars[id], h.claims[id], h.cast[id] = k.name, n, make([]claim, len(seats)), map[string]*kit.Player{}
	act := func(name string, x part) {
		p := &kit.Player{Name: name}
		if x.claim != rightClaim {
			p.Forge = claimsOutput
		}
		if x.plays != nil {
			x.plays(p, h.rnd)
		}
		h.cast[id][name] = p
	}
	for j, i := range liars {
		h.claims[id][i] = k.parts[j].claim
		act(seats[i], k.parts[j])
	}
	if n == 0 {
		for _, name := range h.outsiders(id) {
			if !isHonest(name) {
				h.spite[id] = name
			}
		}
		act(h.spite[id], k.parts[0])
	}
}

func (h *hall) answerOf(id uint64, seat int) kit.Answer {
	switch h.claims[id][seat] {
	case lieClaim:
		return h.Wrong(id, 0)
	case otherLieClaim:
		return h.Wrong(id, 1)
	case impossibleClaim:
		return h.Impossible(id)
	}
	return h.Right(id)
}

// challengeAll has an honest outsider challenge the results of three liars, and a lying one those of three honest seats.
func (h *hall) challengeAll(ids []uint64) {
	var txs []kit.Tx
	for _, id := range ids {
		challenger := h.spite[id]
		if h.liars[id] == seats {
			for _, name := range h.outsiders(id) {
				if isHonest(name) {
					challenger = name
				}
			}
		}
		if challenger == "" {
			continue
		}
		for _, solver := range h.Seats(id) {
			txs = append(txs, challengeOf(h.World, challenger, id, solver))
		}
	}
	for _, res := range h.block(txs).Results {
		if !res.OK() {
			h.TB.Fatalf("a challenge was refused: %s", res.Log)
		}
	}
}

// block makes a block and notes who is slashed.
func (h *hall) block(txs []kit.Tx) kit.Block {
	raw := make([][]byte, len(txs))
	for i, tx := range txs {
		raw[i] = h.Sign(tx)
		h.bytes += len(raw[i])
	}
	b := h.Raw(raw...)
	for _, res := range b.Results {
		for _, e := range res.Events {
			h.note(e)
		}
	}
	for _, e := range b.Events {
		h.note(e)
	}
	return b
}

func (h *hall) note(event any) {
	if e, ok := event.(*rewardtypes.EventSeatSlashed); ok && isHonest(h.NameOf(e.Provider)) {
		h.slashed++
		h.TB.Errorf("task %d, %s: %s is honest and loses %d: %s", e.TaskId, h.kindOf[e.TaskId], h.NameOf(e.Provider), e.Amount, e.Reason)
	}
}

func (h *hall) wait(blocks int) {
	for range blocks {
		h.block(nil)
	}
}

// play lets everybody move until nothing is open.
func (h *hall) play(names []string) {
	for range 400 {
		var txs []kit.Tx
		isOpen := false
		for _, name := range names {
			for _, d := range h.DisputesOf(name) {
				isOpen = true
				p := h.cast[d.TaskId][name]
				if p == nil {
					p = &kit.Player{Name: name}
					h.cast[d.TaskId][name] = p
				}
				if m, err := p.Message(h.World, d.Id); err == nil && m != nil {
					txs = append(txs, msg(m))
				}
			}
		}
		if !isOpen {
			return
		}
		h.moves += len(txs)
		h.block(txs)
	}
	h.TB.Fatal("games do not end")
}

// score counts the verdicts by kind.
func (h *hall) score(r *report, ids []uint64) {
	played, wrong := map[string]int{}, map[string]int{}
	for _, id := range ids {
		k := h.kindOf[id]
		played[k]++
		task := h.Task(id)
		isRight := task.Status == computetypes.TASK_STATUS_SETTLED && fmt.Sprint(h.outputOf(id)) == fmt.Sprint(h.Right(id).Output)
		if h.liars[id] == seats {
			isRight = task.Status == computetypes.TASK_STATUS_OVERTURNED
		}
		if !isRight {
			wrong[k]++
			h.TB.Errorf("task %d, %s: %s", id, k, ending(h.World, id))
		}
	}
	all := 0
	for _, k := range slices.Sorted(maps.Keys(played)) {
		r.exact("wrong verdicts: "+k, fmt.Sprintf("0 of %d", played[k]), fmt.Sprintf("%d of %d", wrong[k], played[k]))
		all += wrong[k]
	}
	r.exact("wrong verdicts in all", fmt.Sprintf("0 of %d", len(ids)), fmt.Sprintf("%d of %d", all, len(ids)))
}
