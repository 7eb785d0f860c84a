package flow

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// looks are the questions of a script; they change nothing and take no block.
var looks = map[string]func(s *stage, l *line) []string{
	"task":   lookTask,
	"tasks":  lookTasks,
	"seats":  lookSeats,
	"bond":   lookBond,
	"money":  lookMoney,
	"ledger": lookLedger,
	"screen": lookScreen,

	"emission": lookEmission,

	"dispute":  lookDispute,
	"disputes": lookDisputes,
	"case":     lookCase,
}

// newStage starts a chain: `chain providers=3 bond=1000AIC fee=1000 splits=(dave:6000,erin:4000)
// retention=120 audit=10000`; with `unrefereed` the model is none that the chain can compute.
func newStage(tb testing.TB, l line, invariants bool) *stage {
	setup := kit.DefaultSetup(int(l.number("providers", 3)))
	setup.Strangers = 2
	setup.NoFees = true
	setup.Chain.Invariants = invariants
	setup.Slots = uint32(l.number("slots", 1000))
	setup.FeeBps = uint32(l.number("fee", 0))
	setup.AuditBps = uint32(l.number("audit", 0))
	setup.Unrefereed = l.take("unrefereed")
	setup.Attest = func(p *attesttypes.Params) {
		p.DisputeWindow = l.number("moves", p.DisputeWindow)
		p.TraceWindow = l.number("trace", p.TraceWindow)
	}
	setup.Compute = func(p *computetypes.Params) {
		p.RetentionWindow = l.number("retention", p.RetentionWindow)
		p.OpenWindow = l.number("open", p.OpenWindow)
		p.ChallengeWindow = l.number("challenge", p.ChallengeWindow)
		p.RevealWindow = l.number("reveal", p.RevealWindow)
		p.CommitWindow = l.number("commit", p.CommitWindow)
	}
	if l.has("bond") {
		setup.Bond = l.coin("bond", "").Amount.Uint64()
	}
	for _, v := range l.values["splits"] {
		name, bps, _ := strings.Cut(v, ":")
		var n uint32
		if _, err := fmt.Sscan(bps, &n); err != nil {
			tb.Fatalf("splits: %s", v)
		}
		setup.Splits = append(setup.Splits, kit.Share{Name: name, Bps: n})
	}
	s := &stage{World: kit.New(tb, setup), purses: map[string]uint64{}, players: map[string]*kit.Player{}, restarts: !invariants}
	s.remember()
	return s
}

// remember keeps what everybody has, for the next `money`.
func (s *stage) remember() {
	for _, name := range s.Everybody() {
		s.purses[name] = s.Purse(name)
	}
}

func short(e fmt.Stringer) string {
	name := e.String()
	for _, prefix := range []string{"TASK_STATUS_", "SEAT_ROLE_", "REASON_SEAT_", "REASON_TASK_", "REASON_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// lookTask tells all about one task.
func lookTask(s *stage, l *line) []string {
	look, err := s.Look(l.task())
	if err != nil {
		return []string{"no such task"}
	}
	out := []string{fmt.Sprintf("%s, round %d", short(look.Progress.Status), look.Task.Round)}
	if look.Task.Reason != 0 {
		out[0] += ", " + short(look.Task.Reason)
	}
	if look.NextHeight != 0 {
		out = append(out, fmt.Sprintf("next at block %d: %s", look.NextHeight, look.Next))
	}
	for _, seat := range look.Progress.Seats {
		did := "has done nothing"
		switch {
		case seat.Revealed:
			did = "revealed"
		case seat.Committed:
			did = "committed"
		}
		text := fmt.Sprintf("round %d %s seat %s %s", seat.Round, short(seat.Role), s.NameOf(seat.Provider), did)
		if seat.Outcome != 0 {
			text += ", " + short(seat.Outcome)
		}
		out = append(out, text)
	}
	if len(look.Progress.Output) > 0 {
		out = append(out, fmt.Sprintf("answer %v", look.Progress.Output))
	}
	return append(out, moneyOf(look.Money))
}

// lookTasks tells the status of each of the named tasks.
func lookTasks(s *stage, l *line) []string {
	var out []string
	for _, id := range l.ids() {
		look, err := s.Look(id)
		if err != nil {
			out = append(out, fmt.Sprintf("task %d is not there", id))
			continue
		}
		out = append(out, fmt.Sprintf("task %d %s", id, short(look.Progress.Status)))
	}
	return out
}

func moneyOf(m computetypes.MoneyView) string {
	text := fmt.Sprintf("escrowed %d:", m.Escrowed)
	for _, part := range []struct {
		name   string
		amount uint64
	}{
		{"held", m.Held},
		{"seats", m.PaidSeats},
		{"model", m.PaidModel},
		{"validators", m.PaidValidators},
		{"burned", m.Burned},
		{"refunded", m.Refunded},
	} {
		if part.amount > 0 {
			text += fmt.Sprintf(" %s %d", part.name, part.amount)
		}
	}
	if m.Slashed > 0 {
		text += fmt.Sprintf("; slashed from bonds %d", m.Slashed)
	}
	if m.Restored > 0 {
		text += fmt.Sprintf("; given back out of slashes %d", m.Restored)
	}
	if m.Escrowed != m.Held+m.PaidSeats+m.PaidModel+m.PaidValidators+m.Burned+m.Refunded {
		text += " WHICH DOES NOT ADD UP"
	}
	return text
}

func lookSeats(s *stage, l *line) []string {
	return []string{strings.Join(s.Seats(l.task()), " ")}
}

// lookBond tells stakes in whole.
func lookBond(s *stage, l *line) []string {
	var out []string
	for _, name := range l.names {
		bonded, liened := s.Bond(name)
		out = append(out, fmt.Sprintf("%s: bonded %s, under lien %s", name, kit.AIC(bonded), kit.AIC(liened)))
	}
	return out
}

// lookMoney tells how the purses of the named changed since the last time; of everybody, without names.
func lookMoney(s *stage, l *line) []string {
	names := l.names
	if len(names) == 0 {
		for _, name := range s.Everybody() {
			if s.Purse(name) != s.purses[name] {
				names = append(names, name)
			}
		}
	}
	var out []string
	for _, name := range names {
		owner := s.RealName(name)
		out = append(out, fmt.Sprintf("%s %+d uaic", s.NameOf(s.Address(name)), int64(s.Purse(owner)-s.purses[owner])))
	}
	s.remember()
	if len(l.names) == 0 {
		sort.Strings(out)
	}
	if len(out) == 0 {
		return []string{"nobody's purse has changed"}
	}
	return out
}

// lookLedger tells the sums of all money in x/reward.
func lookLedger(s *stage, _ *line) []string {
	g, ever := s.Ledger().Pockets, s.Ledger().Totals
	return []string{
		fmt.Sprintf("holds: escrow %d, bonds %d (liened %d), unbonding %d, pending %d", g.Escrow, g.Bonds, g.Liened, g.Unbonding, g.Pending),
		fmt.Sprintf("ever: deposited %s, paid %s, refunded %s, slashed %s, rewards %s, burned %s, validators %s, unbonded %s",
			ever.Deposited, ever.Paid, ever.Refunded, ever.Slashed, ever.SlashRewards, ever.Burned, ever.Validators, ever.Unbonded),
	}
}

// lookScreen tells, before any transaction, how many would match and why the others would not.
func lookScreen(s *stage, l *line) []string {
	terms := s.Terms(l.text("model", kit.TheModel), 0)
	terms.MaxPrice = l.coin("max", "1AIC")
	terms.Seats = uint32(l.number("seats", 3))
	terms.MaxOutputTokens = uint32(l.number("out", 16))
	counts := map[string]int{}
	for _, p := range s.Screen(l.who(), terms, uint32(l.number("tokens", 3))).Screened {
		counts[short(p.Reason)]++
	}
	var out []string
	for reason, n := range counts {
		out = append(out, fmt.Sprintf("%d %s", n, reason))
	}
	sort.Strings(out)
	return out
}

// lookEmission tells what the named have earned beside their prices; without names, what all have.
func lookEmission(s *stage, l *line) []string {
	if len(l.names) == 0 {
		p, ever := s.Ledger().Pockets, s.Ledger().Totals
		return []string{fmt.Sprintf("accrued %d; ever: takes burned %s, minted %s, lost %s", p.Emission, ever.BurnedTake, ever.Emitted, ever.Forfeited)}
	}
	var out []string
	for _, name := range l.names {
		e := s.Emission(name)
		text := fmt.Sprintf("%s: may claim %d, waiting %d, challenged %d", name, e.Claimable, e.Waiting, e.Challenged)
		if e.NextHeight != 0 {
			text += fmt.Sprintf("; next at block %d", e.NextHeight)
		}
		out = append(out, text)
	}
	return out
}
