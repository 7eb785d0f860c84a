package sim

import (
	"fmt"
	"slices"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// state is everything that our modules would export: what they hold, without their indexes.
type state struct {
	height  uint64
	compute *computetypes.GenesisState
	attest  *attesttypes.GenesisState
	reward  *rewardtypes.GenesisState

	rounds  map[uint64][]*attesttypes.Round // by task, in order
	escrows map[uint64]rewardtypes.Escrow
	cases   map[uint64]attesttypes.Case
}

// index builds the lookups and returns the state.
func (s *state) index() *state {
	s.rounds, s.escrows, s.cases = map[uint64][]*attesttypes.Round{}, map[uint64]rewardtypes.Escrow{}, map[uint64]attesttypes.Case{}
	for _, c := range s.attest.Cases {
		s.cases[c.TaskId] = c
	}
	for i := range s.attest.Rounds {
		r := &s.attest.Rounds[i]
		s.rounds[r.TaskId] = append(s.rounds[r.TaskId], r)
	}
	for _, e := range s.reward.Escrows {
		s.escrows[e.TaskId] = e
	}
	return s
}

// check is what must hold between the modules, each of which checks itself. It returns the first contradiction.
func (s *state) check() error {
	for _, c := range []func() error{s.checkTasks, s.checkEscrows, s.checkLiens, s.checkSlots, s.checkSeatings, s.checkDisputes} {
		if err := c(); err != nil {
			return err
		}
	}
	return nil
}

func isClosed(t computetypes.Task) bool {
	switch t.Status {
	case computetypes.TASK_STATUS_SETTLED, computetypes.TASK_STATUS_REFUNDED, computetypes.TASK_STATUS_OVERTURNED:
		return true
	}
	return false
}

// checkTasks compares the status of each task with its rounds, and wants exactly one next thing for each.
func (s *state) checkTasks() error {
	parked := map[uint64]bool{}
	for _, p := range s.compute.Parked {
		parked[p.TaskId] = true
	}
	for _, t := range s.compute.Tasks {
		rounds := s.rounds[t.Id]
		var last *attesttypes.Round
		if len(rounds) > 0 {
			last = rounds[len(rounds)-1]
		}
		isOpenRound := last != nil && last.IsOpen()
		inSplit := s.cases[t.Id].Origin == attesttypes.DISPUTE_ORIGIN_SPLIT
		isSettled := last != nil && len(t.ResultRoot) == 32 &&
			(last.Verdict == attesttypes.VERDICT_AGREED || t.Reason == computetypes.REASON_TASK_REFEREED && last.Verdict == attesttypes.VERDICT_SPLIT)
		want := map[computetypes.TaskStatus]bool{
			computetypes.TASK_STATUS_OPEN:       last == nil,
			computetypes.TASK_STATUS_MATCHED:    (isOpenRound != inSplit) && last.Round == t.Round && last.Role == t.Role,
			computetypes.TASK_STATUS_SPLIT:      waitsForPanel(t, last),
			computetypes.TASK_STATUS_STALLED:    waitsForRedraw(t, last),
			computetypes.TASK_STATUS_SETTLED:    isSettled,
			computetypes.TASK_STATUS_OVERTURNED: last != nil && last.Refereed && t.Reason == computetypes.REASON_TASK_OVERTURNED,
			computetypes.TASK_STATUS_REFUNDED:   !isOpenRound && len(t.ResultRoot) == 0,
		}
		if !want[t.Status] {
			return fmt.Errorf("task %d is %s in round %d, its last round is %+v", t.Id, t.Status, t.Round, last)
		}
		if isClosed(t) != (t.Reason != computetypes.REASON_UNSPECIFIED) || isClosed(t) != (t.CloseHeight > 0) {
			return fmt.Errorf("task %d is %s for %s at %d", t.Id, t.Status, t.Reason, t.CloseHeight)
		}
		if (t.NextHeight == 0) != (isOpenRound || inSplit) && !parked[t.Id] {
			return fmt.Errorf("task %d is %s and next looked at in %d", t.Id, t.Status, t.NextHeight)
		}
		for _, r := range rounds {
			for i := range r.Seats {
				if (r.Seats[i].Outcome != computetypes.REASON_UNSPECIFIED) != isClosed(t) {
					return fmt.Errorf("task %d is %s, seat %d of round %d has outcome %s", t.Id, t.Status, i, r.Round, r.Seats[i].Outcome)
				}
			}
		}
	}
	return nil
}

// waitsForPanel says whether a task is rightly SPLIT: different results lead to a panel, a panel that is not unanimous,
// for whatever reason, to a wide one.
func waitsForPanel(t computetypes.Task, last *attesttypes.Round) bool {
	if last == nil || t.Round != last.Round+1 {
		return false
	}
	if last.Role == computetypes.SEAT_ROLE_PANEL {
		return t.Role == computetypes.SEAT_ROLE_PANEL_WIDE && last.Verdict != attesttypes.VERDICT_AGREED
	}
	return t.Role == computetypes.SEAT_ROLE_PANEL && last.Verdict == attesttypes.VERDICT_SPLIT
}

// waitsForRedraw says whether a task is rightly STALLED: only the first round has a redraw, after a stall or when the
// referee left no result.
func waitsForRedraw(t computetypes.Task, last *attesttypes.Round) bool {
	return last != nil && last.Role == computetypes.SEAT_ROLE_PRIMARY && t.Round == 1 && t.Role == computetypes.SEAT_ROLE_REDRAW &&
		(last.Verdict == attesttypes.VERDICT_STALLED || last.Verdict == attesttypes.VERDICT_SPLIT && last.Refereed)
}

// checkDisputes wants as many unresolved disputes as a case counts, at most one of them in play against each solver, the same
// windows as long as they last, and nothing about tasks that are gone.
func (s *state) checkDisputes() error {
	unresolved, inPlay := map[uint64]uint32{}, map[string]uint64{}
	for i := range s.attest.Disputes {
		d := &s.attest.Disputes[i]
		if len(s.rounds[d.TaskId]) == 0 {
			return fmt.Errorf("dispute %d is about task %d, which is gone", d.Id, d.TaskId)
		}
		if !d.IsOpen() {
			continue
		}
		unresolved[d.TaskId]++
		key := fmt.Sprint(d.TaskId, d.Solver)
		if d.Phase != attesttypes.DISPUTE_PHASE_QUEUED && inPlay[key] != 0 {
			return fmt.Errorf("disputes %d and %d are played against %s at once", inPlay[key], d.Id, d.Solver)
		}
		if d.Phase != attesttypes.DISPUTE_PHASE_QUEUED {
			inPlay[key] = d.Id
		}
	}
	for _, c := range s.attest.Cases {
		if c.Unresolved != unresolved[c.TaskId] {
			return fmt.Errorf("case of task %d counts %d disputes, there are %d", c.TaskId, c.Unresolved, unresolved[c.TaskId])
		}
		delete(unresolved, c.TaskId)
	}
	if len(unresolved) > 0 {
		return fmt.Errorf("disputes without a case: %v", unresolved)
	}
	return nil
}

// checkEscrows wants one escrow a task, which holds all of its money until it is closed and none after, and adds up.
func (s *state) checkEscrows() error {
	if len(s.escrows) != len(s.compute.Tasks) {
		return fmt.Errorf("%d tasks, %d escrows", len(s.compute.Tasks), len(s.escrows))
	}
	for _, t := range s.compute.Tasks {
		e, found := s.escrows[t.Id]
		out := e.PaidSeats + e.PaidModel + e.PaidValidators + e.Burned + e.Refunded
		if !found || e.Payer != t.Payer || e.Escrowed != t.Terms.MaxPrice.Amount.Uint64() || e.Escrowed != e.Held+out {
			return fmt.Errorf("task %d: escrow %+v", t.Id, e)
		}
		if isClosed(t) != (e.Held == 0) {
			return fmt.Errorf("task %d is %s, escrow %+v", t.Id, t.Status, e)
		}
		if t.Status == computetypes.TASK_STATUS_REFUNDED && e.Refunded != e.Escrowed {
			return fmt.Errorf("task %d was refunded %d of %d", t.Id, e.Refunded, e.Escrowed)
		}
	}
	return nil
}

// checkLiens compares each bond's lien with the liens of all seats of tasks that are not closed, of its challenged seats, its
// stakes in open challenges and its releases, and wants a bond for each provider and nobody else.
func (s *state) checkLiens() error {
	liens := map[string]uint64{}
	for _, t := range s.compute.Tasks {
		for _, r := range s.rounds[t.Id] {
			for i := range r.Seats {
				if !isClosed(t) || r.Seats[i].Challenged {
					liens[r.Seats[i].Provider] += r.Seats[i].Lien
				}
			}
		}
	}
	for i := range s.attest.Disputes {
		if d := &s.attest.Disputes[i]; d.IsOpen() {
			liens[d.Challenger] += d.Stake
		}
	}
	for _, r := range s.reward.LienReleases {
		liens[r.Provider] += r.Amount
	}
	providers := map[string]bool{}
	for _, p := range s.compute.Providers {
		providers[p.Address] = true
	}
	for _, b := range s.reward.Bonds {
		if !providers[b.Provider] {
			return fmt.Errorf("%s has a bond and is no provider", b.Provider)
		}
		if b.Liened != liens[b.Provider] || b.Liened > b.Bonded {
			return fmt.Errorf("%s has bonded %d, liened %d; its seats and releases have %d", b.Provider, b.Bonded, b.Liened, liens[b.Provider])
		}
		delete(liens, b.Provider)
		delete(providers, b.Provider)
	}
	if len(liens)+len(providers) > 0 {
		return fmt.Errorf("liens without a bond: %v; providers without a bond: %v", liens, providers)
	}
	return nil
}

// checkSlots compares the used slots of each offer with the seats of its provider in open rounds.
func (s *state) checkSlots() error {
	type key struct{ provider, model string }
	used := map[key]uint32{}
	for _, rounds := range s.rounds {
		for _, r := range rounds {
			if !r.IsOpen() {
				continue
			}
			for i := range r.Seats {
				used[key{r.Seats[i].Provider, string(r.ModelId)}]++
			}
		}
	}
	for _, o := range s.compute.Offers {
		k := key{o.Provider, string(o.ModelId)}
		if used[k] != o.UsedSlots {
			return fmt.Errorf("%s uses %d slots for %x, sits on %d", o.Provider, o.UsedSlots, o.ModelId, used[k])
		}
		delete(used, k)
	}
	if len(used) > 0 {
		return fmt.Errorf("seats without an offer: %v", used)
	}
	return nil
}

// checkSeatings compares who was seated when with the rounds.
func (s *state) checkSeatings() error {
	type key struct {
		provider string
		height   uint64
	}
	want := map[key][]uint64{}
	for _, rounds := range s.rounds {
		for _, r := range rounds {
			for i := range r.Seats {
				k := key{r.Seats[i].Provider, r.OpenHeight}
				if uint32(i) >= uint32(len(r.Seats))-r.Audits {
					k.height = r.AuditHeight
				}
				want[k] = append(want[k], r.TaskId)
			}
		}
	}
	for _, seating := range s.compute.Seatings {
		k := key{seating.Provider, seating.Height}
		slices.Sort(want[k])
		if !slices.Equal(want[k], seating.TaskIds) {
			return fmt.Errorf("%s was seated in %d on %v; rounds say %v", k.provider, k.height, seating.TaskIds, want[k])
		}
		delete(want, k)
	}
	if len(want) > 0 {
		return fmt.Errorf("seats that no seating lists: %v", want)
	}
	return nil
}
