package watch

import (
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/prometheus/client_golang/prometheus"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// What label values are cut of the names of enums.
const (
	reasonPrefix  = "REASON_"
	seatPrefix    = "REASON_SEAT_"
	taskPrefix    = "REASON_TASK_"
	statusPrefix  = "TASK_STATUS_"
	rolePrefix    = "SEAT_ROLE_"
	verdictPrefix = "VERDICT_"
	originPrefix  = "DISPUTE_ORIGIN_"
	phasePrefix   = "DISPUTE_PHASE_"
	kindPrefix    = "DISPUTE_MOVE_KIND_"
	endPrefix     = "DISPUTE_END_"
)

// Label values that are no enum's.
const (
	rewardModule = rewardtypes.ModuleName
	itemTask     = "task"
	itemDispute  = "dispute"
	itemPayout   = "payout"
	auditSeated  = "seated"
	auditSkipped = "skipped"
)

// ours begins the type of every typed event of our modules; Event stands before its name.
const ours = "aichain."

// events counts those of our modules, each by its name and some by what they say.
func (c *counters) events(events []abci.Event) {
	for i := range events {
		e := &events[i]
		if !strings.HasPrefix(e.Type, ours) {
			continue
		}
		c.seenOf(e.Type).Inc()
		if read, ok := readers[e.Type]; ok {
			read(c, &fields{counters: c, attributes: e.Attributes})
		}
	}
}

// seenOf is the counter of a type of event; it remembers them, because there are many events and few types.
func (c *counters) seenOf(typ string) prometheus.Counter {
	if seen, ok := c.byType[typ]; ok {
		return seen
	}
	module, name, _ := strings.Cut(strings.TrimPrefix(typ, ours), ".")
	_, name, _ = strings.Cut(name, ".Event")
	c.byType[typ] = c.seen.WithLabelValues(module, name)
	return c.byType[typ]
}

// readers: what counts beside the number of an event, by its type.
var readers = merged(computeReaders, attestReaders, refereeReaders, rewardReaders)

type reader func(*counters, *fields)

// nameOf is the type of a typed event.
func nameOf(e proto.Message) string { return proto.MessageName(e) }

func merged(parts ...map[string]reader) map[string]reader {
	all := map[string]reader{}
	for _, part := range parts {
		for name, read := range part {
			all[name] = read
		}
	}
	return all
}

var computeReaders = map[string]reader{
	nameOf(&computetypes.EventTasksPosted{}): func(c *counters, f *fields) { c.posted.Add(f.length("task_ids")) },
	nameOf(&computetypes.EventTaskMatched{}): func(c *counters, f *fields) {
		role := f.enum("role", rolePrefix)
		c.rounds.WithLabelValues(role).Inc()
		c.seats.WithLabelValues(role).Add(f.length("providers"))
	},
	nameOf(&computetypes.EventTaskClosed{}): func(c *counters, f *fields) {
		c.closed.WithLabelValues(f.enum("status", statusPrefix), f.enum("reason", taskPrefix)).Inc()
	},
	nameOf(&computetypes.EventTaskOverturned{}): func(c *counters, _ *fields) { c.overturned.Inc() },
	nameOf(&computetypes.EventTaskPruned{}):     func(c *counters, _ *fields) { c.pruned.Inc() },
	nameOf(&computetypes.EventItemParked{}): func(c *counters, _ *fields) {
		c.parked.WithLabelValues(computetypes.ModuleName, itemTask).Inc()
	},
}

var attestReaders = map[string]reader{
	nameOf(&attesttypes.EventResultsCommitted{}): func(c *counters, f *fields) { c.commits.Add(f.length("task_ids")) },
	nameOf(&attesttypes.EventResultsRevealed{}):  func(c *counters, f *fields) { c.reveals.Add(f.length("task_ids")) },
	nameOf(&attesttypes.EventVerdict{}): func(c *counters, f *fields) {
		c.verdicts.WithLabelValues(f.enum("verdict", verdictPrefix)).Inc()
	},
	nameOf(&attesttypes.EventSeatOutcome{}): func(c *counters, f *fields) {
		c.outcomes.WithLabelValues(f.enum("outcome", seatPrefix)).Inc()
	},
	nameOf(&attesttypes.EventAuditSeated{}):  func(c *counters, _ *fields) { c.audits.WithLabelValues(auditSeated).Inc() },
	nameOf(&attesttypes.EventAuditSkipped{}): func(c *counters, _ *fields) { c.audits.WithLabelValues(auditSkipped).Inc() },
	nameOf(&attesttypes.EventRoundParked{}): func(c *counters, _ *fields) {
		c.parked.WithLabelValues(attesttypes.ModuleName, itemTask).Inc()
	},
}

var refereeReaders = map[string]reader{
	nameOf(&attesttypes.EventCaseOpened{}): func(c *counters, f *fields) {
		c.cases.WithLabelValues("opened", f.enum("origin", originPrefix)).Inc()
	},
	nameOf(&attesttypes.EventCaseClosed{}): func(c *counters, f *fields) {
		c.cases.WithLabelValues("closed", f.enum("origin", originPrefix)).Inc()
	},
	nameOf(&attesttypes.EventDisputeOpened{}): func(c *counters, f *fields) {
		c.disputes.WithLabelValues(f.enum("origin", originPrefix)).Inc()
	},
	nameOf(&attesttypes.EventDisputeMoved{}): func(c *counters, f *fields) {
		if kind := f.enum("kind", kindPrefix); kind != "unspecified" { // a queued dispute begins: no move
			c.moves.WithLabelValues(kind).Inc()
		}
	},
	nameOf(&attesttypes.EventDisputeResolved{}): func(c *counters, f *fields) {
		c.ends.WithLabelValues(f.enum("end", endPrefix)).Inc()
	},
	nameOf(&attesttypes.EventStepComputed{}): func(c *counters, _ *fields) { c.computed.Inc() },
	nameOf(&attesttypes.EventDisputeParked{}): func(c *counters, _ *fields) {
		c.parked.WithLabelValues(attesttypes.ModuleName, itemDispute).Inc()
	},
}

var rewardReaders = map[string]reader{
	nameOf(&rewardtypes.EventTaskSettled{}): func(c *counters, f *fields) {
		for i, to := range settledTo {
			c.settledTo[i].Add(f.number(to.field))
		}
		c.emission.WithLabelValues("accrued").Add(f.number("emission"))
	},
	nameOf(&rewardtypes.EventSeatSlashed{}): func(c *counters, f *fields) {
		reason := f.enum("reason", reasonPrefix)
		c.slashes.WithLabelValues(reason).Inc()
		c.slashed.WithLabelValues(reason).Add(f.number("amount"))
	},
	nameOf(&rewardtypes.EventRestored{}):          func(c *counters, f *fields) { c.restored.Add(f.number("amount")) },
	nameOf(&rewardtypes.EventBondAdded{}):         func(c *counters, f *fields) { c.bonds.WithLabelValues("added").Add(f.number("amount")) },
	nameOf(&rewardtypes.EventUnbondingStarted{}):  func(c *counters, f *fields) { c.bonds.WithLabelValues("unbonding").Add(f.number("amount")) },
	nameOf(&rewardtypes.EventUnbonded{}):          func(c *counters, f *fields) { c.bonds.WithLabelValues("unbonded").Add(f.number("amount")) },
	nameOf(&rewardtypes.EventEmissionClaimed{}):   func(c *counters, f *fields) { c.emission.WithLabelValues("minted").Add(f.number("amount")) },
	nameOf(&rewardtypes.EventEmissionForfeited{}): func(c *counters, f *fields) { c.emission.WithLabelValues("lost").Add(f.number("amount")) },
	nameOf(&rewardtypes.EventPayoutParked{}): func(c *counters, _ *fields) {
		c.parked.WithLabelValues(rewardModule, itemPayout).Inc()
	},
}

// settledTo: fields of EventTaskSettled and how they are labelled.
var settledTo = []struct{ label, field string }{
	{"seats", "paid_seats"}, {"model", "paid_model"}, {"validators", "paid_validators"}, {"burned", "burned"}, {"payer", "refunded"},
}
