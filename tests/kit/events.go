package kit

import (
	"fmt"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Typed returns the typed events of our modules among events, in order; others are left out.
func Typed(events []abci.Event) []proto.Message {
	var out []proto.Message
	for _, e := range events {
		if !strings.HasPrefix(e.Type, "aichain.") {
			continue
		}
		// BaseApp adds attributes of its own, which are not JSON.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool {
			return a.Key == "mode" || a.Key == "msg_index"
		})
		msg, err := sdk.ParseTypedEvent(e)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", e.Type, err)) // we emitted it
		}
		out = append(out, msg)
	}
	return out
}

// Say puts an event into words; the empty string for one that scripts do not show.
func (w *World) Say(event proto.Message) string {
	for _, say := range []func(proto.Message) (string, bool){w.sayCompute, w.sayAttest, w.sayReferee, w.sayReward, w.sayBeacon} {
		if s, ok := say(event); ok {
			return s
		}
	}
	return proto.MessageName(event)
}

func (w *World) sayCompute(event proto.Message) (string, bool) {
	switch e := event.(type) {
	case *computetypes.EventProviderRegistered:
		return fmt.Sprintf("%s registers with a bond of %s", w.NameOf(e.Provider), AIC(e.Bond)), true
	case *computetypes.EventProviderUpdated:
		return fmt.Sprintf("%s is %s", w.NameOf(e.Provider), short(e.Status.String(), "PROVIDER_STATUS_")), true
	case *computetypes.EventProviderRetired:
		return fmt.Sprintf("%s retires", w.NameOf(e.Provider)), true
	case *computetypes.EventModelPublished:
		return fmt.Sprintf("%s publishes model %s", w.NameOf(e.Publisher), e.Name), true
	case *computetypes.EventModelDeprecated:
		return fmt.Sprintf("model %s is deprecated", w.ModelName(e.ModelId)), true
	case *computetypes.EventOfferSet:
		return fmt.Sprintf("%s offers %s at %d/%d, %d slots", w.NameOf(e.Provider), w.ModelName(e.ModelId), e.PriceInput, e.PriceOutput, e.Slots), true
	case *computetypes.EventOfferRemoved:
		return fmt.Sprintf("%s no longer offers %s", w.NameOf(e.Provider), w.ModelName(e.ModelId)), true
	case *computetypes.EventTasksPosted:
		return fmt.Sprintf("%s posts %s", w.NameOf(e.Requester), Tasks(e.TaskIds)), true
	case *computetypes.EventTaskMatched:
		return fmt.Sprintf("task %d round %d %s: seats %s", e.TaskId, e.Round, short(e.Role.String(), "SEAT_ROLE_"), w.seatNames(e.Providers)), true
	case *computetypes.EventTaskClosed:
		return fmt.Sprintf("task %d %s: %s", e.TaskId, short(e.Status.String(), "TASK_STATUS_"), short(e.Reason.String(), "REASON_")), true
	case *computetypes.EventTaskOverturned:
		return fmt.Sprintf("task %d is overturned", e.TaskId), true
	case *computetypes.EventTaskPruned:
		return fmt.Sprintf("task %d leaves the state", e.TaskId), true
	case *computetypes.EventItemParked:
		return fmt.Sprintf("task %d parked in step %s", e.TaskId, e.Step), true
	}
	return "", false
}

func (w *World) sayAttest(event proto.Message) (string, bool) {
	switch e := event.(type) {
	case *attesttypes.EventResultsCommitted:
		return fmt.Sprintf("%s commits for %s", w.NameOf(e.Provider), Tasks(e.TaskIds)), true
	case *attesttypes.EventRevealsOpened:
		return fmt.Sprintf("reveals open for %s", Tasks(e.TaskIds)), true
	case *attesttypes.EventResultsRevealed:
		return fmt.Sprintf("%s reveals for %s", w.NameOf(e.Provider), Tasks(e.TaskIds)), true
	case *attesttypes.EventVerdict:
		return fmt.Sprintf("task %d round %d verdict %s", e.TaskId, e.Round, short(e.Verdict.String(), "VERDICT_")), true
	case *attesttypes.EventSeatOutcome:
		return fmt.Sprintf("task %d round %d: %s is judged %s", e.TaskId, e.Round, w.NameOf(e.Provider), short(e.Outcome.String(), "REASON_SEAT_")), true
	case *attesttypes.EventRoundParked:
		return fmt.Sprintf("task %d parked: its round could not be closed", e.TaskId), true
	case *attesttypes.EventAuditSeated:
		return fmt.Sprintf("task %d round %d: a blind seat for %s", e.TaskId, e.Round, w.seatName(e.Provider)), true
	case *attesttypes.EventAuditSkipped:
		return fmt.Sprintf("task %d round %d: nobody for the blind seat", e.TaskId, e.Round), true
	}
	return "", false
}

func (w *World) sayReferee(event proto.Message) (string, bool) {
	switch e := event.(type) {
	case *attesttypes.EventCaseOpened:
		return fmt.Sprintf("task %d: the referee takes it up, %s", e.TaskId, short(e.Origin.String(), "DISPUTE_ORIGIN_")), true
	case *attesttypes.EventCaseClosed:
		left := "one result is left"
		if len(e.ResultRoot) == 0 {
			left = "none or several results are left"
		}
		return fmt.Sprintf("task %d: the referee is done, %s", e.TaskId, left), true
	case *attesttypes.EventDisputeOpened:
		return fmt.Sprintf("dispute %d about task %d: %s against %s, %s", e.DisputeId, e.TaskId,
			w.seatName(e.Challenger), w.seatName(e.Solver), until(e.Phase, e.Deadline)), true
	case *attesttypes.EventDisputeMoved:
		if e.Kind == attesttypes.DISPUTE_MOVE_KIND_UNSPECIFIED {
			return fmt.Sprintf("dispute %d begins, %s", e.DisputeId, until(e.Phase, e.Deadline)), true
		}
		return fmt.Sprintf("dispute %d move %d %s, %s", e.DisputeId, e.Moves, short(e.Kind.String(), "DISPUTE_MOVE_KIND_"), until(e.Phase, e.Deadline)), true
	case *attesttypes.EventStepComputed:
		return fmt.Sprintf("dispute %d: the chain computes %s", e.DisputeId, Computed(&e.Verdict)), true
	case *attesttypes.EventDisputeResolved:
		return fmt.Sprintf("dispute %d ends %s: %s", e.DisputeId, short(e.End.String(), "DISPUTE_END_"), w.winner(e)), true
	case *attesttypes.EventDisputeParked:
		return fmt.Sprintf("dispute %d parked: it could not be ended", e.DisputeId), true
	}
	return "", false
}

// winner says who won a dispute.
func (w *World) winner(e *attesttypes.EventDisputeResolved) string {
	solver, challenger := w.NameOf(e.Solver), w.NameOf(e.Challenger)
	switch e.Winner {
	case attesttypes.DISPUTE_SIDE_SOLVER:
		return fmt.Sprintf("%s wins against the challenge of %s", solver, challenger)
	case attesttypes.DISPUTE_SIDE_CHALLENGER:
		return fmt.Sprintf("%s has overthrown %s", challenger, solver)
	}
	return fmt.Sprintf("%s against %s, nobody wins", challenger, solver)
}

// Computed is a step in words: what the chain computed and what the solver had committed to.
func Computed(v *attesttypes.StepVerdict) string {
	return fmt.Sprintf("tensor %d unit %d, %s, position %d, layer %d: expected %s, claimed %s",
		v.Tensor, v.Unit, v.Operator, v.Position, v.Layer, v.ExpectedText, v.ClaimedText)
}

// until is a phase with its last block.
func until(p attesttypes.DisputePhase, deadline uint64) string {
	name := short(p.String(), "DISPUTE_PHASE_")
	if deadline == 0 {
		return name
	}
	return fmt.Sprintf("%s until block %d", name, deadline)
}

func (w *World) sayReward(event proto.Message) (string, bool) {
	switch e := event.(type) {
	case *rewardtypes.EventBondAdded:
		return fmt.Sprintf("%s bonds %s", w.NameOf(e.Provider), AIC(e.Amount)), true
	case *rewardtypes.EventUnbondingStarted:
		return fmt.Sprintf("%s unbonds %s, due at block %d", w.NameOf(e.Provider), AIC(e.Amount), e.Height), true
	case *rewardtypes.EventUnbonded:
		return fmt.Sprintf("%s gets %s of bond back", w.NameOf(e.Provider), AIC(e.Amount)), true
	case *rewardtypes.EventTaskSettled:
		return fmt.Sprintf("task %d money: seats %d, model %d, validators %d, burned %d, refunded %d uaic",
			e.TaskId, e.PaidSeats, e.PaidModel, e.PaidValidators, e.Burned, e.Refunded), true
	case *rewardtypes.EventSeatSlashed:
		return fmt.Sprintf("%s loses %s of bond: %s", w.NameOf(e.Provider), AIC(e.Amount), short(e.Reason.String(), "REASON_")), true
	case *rewardtypes.EventRestored:
		return fmt.Sprintf("%s is given back %d uaic for task %d", w.NameOf(e.Payer), e.Amount, e.TaskId), true
	case *rewardtypes.EventEmissionClaimed:
		return fmt.Sprintf("%s claims %d uaic of emission", w.NameOf(e.Provider), e.Amount), true
	case *rewardtypes.EventEmissionForfeited:
		return fmt.Sprintf("%s loses %d uaic of emission for task %d", w.NameOf(e.Provider), e.Amount, e.TaskId), true
	case *rewardtypes.EventPayoutParked:
		return fmt.Sprintf("a payout of %s to %s is parked", AIC(e.Amount), w.NameOf(e.Recipient)), true
	}
	return "", false
}

func (w *World) sayBeacon(event proto.Message) (string, bool) {
	switch e := event.(type) {
	case *beacontypes.EventVrfKeyRegistered:
		return fmt.Sprintf("a validator registers a VRF key, effective at block %d", e.EffectiveHeight), true
	case *beacontypes.EventBeaconSkipped:
		return "", true // the proposer kept silent: of no matter to tasks
	}
	return "", false
}

// seatNames names a round's providers; who was never named before gets the next letter.
func (w *World) seatNames(providers []string) string {
	names := make([]string, len(providers))
	for i, p := range providers {
		names[i] = w.seatName(p)
	}
	return strings.Join(names, " ")
}

// Tasks names a list of tasks; runs of ids are shortened.
func Tasks(ids []uint64) string {
	if len(ids) == 1 {
		return fmt.Sprintf("task %d", ids[0])
	}
	var runs []string
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if i == j {
			runs = append(runs, fmt.Sprint(ids[i]))
		} else {
			runs = append(runs, fmt.Sprintf("%d to %d", ids[i], ids[j]))
		}
		i = j + 1
	}
	return "tasks " + strings.Join(runs, ", ")
}

// short drops the prefix of an enum's name.
func short(name, prefix string) string { return strings.TrimPrefix(name, prefix) }

// AIC writes an amount of uaic for people: whole AIC where it is whole.
func AIC(uaic uint64) string {
	const one = 1_000_000
	if uaic%one == 0 {
		return fmt.Sprintf("%d AIC", uaic/one)
	}
	return fmt.Sprintf("%d.%06d AIC", uaic/one, uaic%one)
}
