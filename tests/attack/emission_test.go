package attack

import (
	"errors"
	"fmt"

	"cosmossdk.io/math"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/tests/kit"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// selfDealing: one party asks, pays and answers its own questions, to be paid the emission for them. It has all seats, then the
// model, then the validators too. What it can never have back is what is burned; emission gives it a part of that.
func selfDealing(r *report) {
	const tasks = 20
	c := costOfATask()
	usual := deal(r, tasks, dealing{})
	half := c.emission(5_000)
	r.exact("a task burns, uaic", c.burned, usual.burned)
	r.exact("at the default of half, its seats accrue, uaic", half, usual.emission)
	r.exact("requester and all seats lose a task, uaic", c.take+c.fee-half, usual.lossOfDealer)
	r.exact("owning the model too, uaic", c.take-half, usual.lossWithModel)
	r.exact("owning all validators too, uaic", c.burned-half, usual.lossWithAll)
	highest := deal(r, tasks, dealing{rate: 10_000})
	r.exact("at the highest rate that there can be, all of that lose, uaic", c.burned-c.emission(10_000), highest.lossWithAll)

	const above = 30_000
	p := rewardtypes.DefaultParams()
	p.EmissionBps = above
	r.exact("a vote for three times the burned take is refused", true, errors.Is(p.Validate(), rewardtypes.ErrInvalidParams))
	held := deal(r, tasks, dealing{rate: above})
	r.exact("were it in force, the ledger would still mint no more than was burned: loss, uaic", 0, held.lossWithAll)
	r.exact("and refuse the other claims", "reward.ErrEmissionAhead", held.refusal)
	open := deal(r, tasks, dealing{rate: above, isUnchecked: true})
	r.exact("control: with neither, owning the model too earns a task, uaic", c.emission(above)-c.take, -open.lossWithModel)
	r.exact("control: owning all of that earns a task, uaic", c.emission(above)-c.burned, -open.lossWithAll)
}

// Prices and lengths of the questions below: 3 tokens in, 2 out.
const (
	dealFee    = 1_000 // of the model, basis points
	dealSeats  = 3
	dealTokens = 3
)

// taskCost is what the design says of one task, uaic.
type taskCost struct{ take, burned, fee int64 }

// costOfATask reckons by hand, from prices and rates of the default parameters.
func costOfATask() taskCost {
	s, p := kit.DefaultSetup(dealSeats), rewardtypes.DefaultParams()
	gross := int64(dealTokens*s.PriceIn+uint64(len(truth.Output))*s.PriceOut) / payout.PriceUnit
	var c taskCost
	c.take = dealSeats * (gross * int64(p.TakeBps) / payout.FullBps)
	c.fee = dealSeats * (gross * dealFee / payout.FullBps)
	c.burned = c.take * int64(p.TakeBurnBps) / payout.FullBps
	return c
}

// emission of the whole task at a rate.
func (c taskCost) emission(bps int64) int64 {
	return c.burned * bps / payout.FullBps / dealSeats * dealSeats
}

// dealing is how a party's world differs from the usual one.
type dealing struct {
	rate        uint32 // emission; the default if 0
	isUnchecked bool   // the ledger believes that any amount was burned
}

// dealt is what the party's tasks came to, each figure a task, uaic.
type dealt struct {
	burned, emission                         int64
	lossOfDealer, lossWithModel, lossWithAll int64
	refusal                                  string // of the last claim
}

// deal plays tasks of alice with seats that are all her own, and claims all emission.
func deal(r *report, tasks int, d dealing) dealt {
	setup := kit.DefaultSetup(dealSeats)
	setup.NoFees, setup.FeeBps, setup.Splits = true, dealFee, []kit.Share{{Name: "mallory", Bps: payout.FullBps}}
	w := kit.New(r.T, setup)
	d.spoil(w)
	dealer := []string{"alice", "p1", "p2", "p3"}
	before, model := purses(w, dealer...), purses(w, "mallory")
	for id := uint64(1); id <= uint64(tasks); id++ {
		ask(w, 3_000_000, 1)
		playRound(w, id)
	}
	n := int64(tasks)
	out := dealt{emission: int64(w.Ledger().Pockets.Emission) / n}
	w.Wait(101)
	for _, name := range dealer[1:] {
		out.refusal = w.Do(msg(w.Claim(name))).Results[0].Error
	}
	ever := w.Ledger().Totals
	out.burned = ever.Burned.Int64() / n
	out.lossOfDealer = (before - purses(w, dealer...)) / n
	out.lossWithModel = out.lossOfDealer - (purses(w, "mallory")-model)/n
	out.lossWithAll = out.lossWithModel - ever.Validators.Int64()/n // as if all of it came back to whom it taxes
	return out
}

// spoil writes into the store what no message and no genesis could.
func (d dealing) spoil(w *kit.World) {
	w.TB.Helper()
	g, err := w.Chain.App.Reward.ExportGenesis(w.Ctx())
	if err != nil {
		w.TB.Fatal(err)
	}
	store := w.Chain.App.CommitMultiStore().GetKVStore(w.Chain.App.StoreKey(rewardtypes.StoreKey))
	put := func(key []byte, value interface{ Marshal() ([]byte, error) }) {
		bz, err := value.Marshal()
		if err != nil {
			w.TB.Fatal(fmt.Errorf("spoil: %w", err))
		}
		store.Set(key, bz)
	}
	if d.rate > 0 {
		g.Params.EmissionBps = d.rate
		put(rewardtypes.ParamsPrefix.Bytes(), &g.Params)
	}
	if d.isUnchecked {
		g.Ledger.Totals.BurnedTake = math.NewInt(1_000_000_000_000)
		put(rewardtypes.TotalsPrefix.Bytes(), &g.Ledger.Totals)
	}
}

// purses is what some have together, uaic.
func purses(w *kit.World, names ...string) int64 {
	sum := int64(0)
	for _, name := range names {
		sum += int64(w.Purse(name))
	}
	return sum
}
