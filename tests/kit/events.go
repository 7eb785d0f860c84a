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
	for _, say := range []func(proto.Message) (string, bool){w.sayCompute, w.sayAttest, w.sayReward, w.sayBeacon} {
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
	}
	return "", false
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
