package sim

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardkeeper "github.com/aichain/aichain/x/reward/keeper"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// weighted is an operation and how often it is tried.
type weighted struct {
	weight int
	make   func(*world) (op, bool)
}

// menu is every operation but the seat messages, which act chooses.
var menu = []weighted{
	{30, (*world).post},
	{12, (*world).registerProvider},
	{16, (*world).setOffer},
	{4, (*world).cancel},
	{3, (*world).repost},
	{3, (*world).addBond},
	{3, (*world).withdrawBond},
	{2, (*world).publish},
	{2, (*world).updateProvider},
	{2, (*world).drain},
	{1, (*world).retire},
	{1, (*world).removeOffer},
	{1, (*world).retry},
	{1, (*world).retryPayout},
	{2, (*world).claimEmission},
	{1, (*world).registerVrfKey},
	{2, (*world).propose},
	{8, (*world).badSeat},
	{10, (*world).badDispute},
	{8, (*world).badMarket},
	{8, (*world).badPost},
}

// random is one operation off the menu.
func (w *world) random() (op, bool) {
	total := 0
	for _, m := range menu {
		total += m.weight
	}
	roll := w.rng.IntN(total)
	for _, m := range menu {
		if roll -= m.weight; roll < 0 {
			return m.make(w)
		}
	}
	return op{}, false
}

func coin(amount uint64) sdk.Coin { return sdk.NewCoin(payout.Denom, sdkInt(amount)) }

func (w *world) registerProvider() (op, bool) {
	p := w.provider()
	if _, is := w.providerOf(p); is {
		return op{name: "RegisterProvider!again", from: p, msgs: []sdk.Msg{&computetypes.MsgRegisterProvider{
			Provider: w.addr(p), Moniker: "again", Bond: coin(200_000_000),
		}}}, true
	}
	return op{name: "RegisterProvider", from: p, msgs: []sdk.Msg{&computetypes.MsgRegisterProvider{
		Provider: w.addr(p), Moniker: fmt.Sprintf("provider %d", p), Bond: coin(uint64(w.between(60_000_000, 400_000_000))),
	}}}, true
}

func (w *world) updateProvider() (op, bool) {
	p := w.provider()
	_, is := w.providerOf(p)
	return op{name: "UpdateProvider", from: p, msgs: []sdk.Msg{&computetypes.MsgUpdateProvider{
		Provider: w.addr(p), Moniker: fmt.Sprintf("since %d", w.next()), Details: "two old cards",
	}}}, is
}

func (w *world) drain() (op, bool) {
	p := w.provider()
	rec, is := w.providerOf(p)
	resume := rec.Status == computetypes.PROVIDER_STATUS_DRAINING
	return op{name: "DrainProvider", from: p, msgs: []sdk.Msg{&computetypes.MsgDrainProvider{Provider: w.addr(p), Resume: resume}}}, is
}

func (w *world) retire() (op, bool) {
	p := w.provider()
	_, is := w.providerOf(p)
	return op{name: "RetireProvider", from: p, msgs: []sdk.Msg{&computetypes.MsgRetireProvider{Provider: w.addr(p)}}}, is
}

func (w *world) publish() (op, bool) {
	if w.spare >= len(w.chest) || w.chance(50) && len(w.models) > 3 {
		return w.deprecate()
	}
	m := w.chest[w.spare]
	from := w.requester()
	msg := &computetypes.MsgPublishModel{
		Publisher: w.addr(from), ModelId: m.ID, Header: m.Header, HeaderProof: m.Proof,
		Name: fmt.Sprintf("model %d", w.spare), License: "Apache-2.0", Uri: "file:///dev/null",
	}
	if len(w.models) > 0 {
		msg.Parents = [][]byte{w.models[w.rng.IntN(len(w.models))].id}
	}
	switch w.spare % 3 {
	case 1:
		msg.FeeBps = 1000
		msg.Splits = []computetypes.FeeSplit{{Recipient: w.addr(from), ShareBps: 3_333}, {Recipient: w.addr(w.provider()), ShareBps: 6_667}}
	case 2: // the fee collector may not receive transfers: its share is parked and waits for a retry
		msg.FeeBps = 500
		msg.Splits = []computetypes.FeeSplit{{Recipient: w.blocked(), ShareBps: 5_000}, {Recipient: w.addr(from), ShareBps: 5_000}}
	}
	return op{name: "PublishModel", from: from, msgs: []sdk.Msg{msg}}, true
}

func (w *world) deprecate() (op, bool) {
	if len(w.models) < 3 { // the first two stay, so that there is always work
		return op{}, false
	}
	m := w.models[2+w.rng.IntN(len(w.models)-2)]
	return op{name: "DeprecateModel", from: m.publisher, msgs: []sdk.Msg{&computetypes.MsgDeprecateModel{Publisher: w.addr(m.publisher), ModelId: m.id}}}, true
}

// someModel is a published model, most often the first.
func (w *world) someModel() ([]byte, bool) {
	if len(w.models) == 0 {
		return nil, false
	}
	switch roll := w.rng.IntN(100); {
	case roll < 45:
		return w.models[0].id, true
	case roll < 75:
		return w.models[1].id, true // that the chain cannot compute
	}
	return w.models[w.rng.IntN(len(w.models))].id, true
}

func (w *world) setOffer() (op, bool) {
	p := w.provider()
	_, is := w.providerOf(p)
	id, found := w.someModel()
	return op{name: "SetOffer", from: p, msgs: []sdk.Msg{&computetypes.MsgSetOffer{
		Provider: w.addr(p), ModelId: id, PriceInput: uint64(w.between(0, 20_000)), PriceOutput: uint64(w.between(0, 200_000)),
		Slots: uint32(w.between(1, 12)),
	}}}, is && found
}

func (w *world) removeOffer() (op, bool) {
	p := w.provider()
	_, is := w.providerOf(p)
	id, found := w.someModel()
	return op{name: "RemoveOffer", from: p, msgs: []sdk.Msg{&computetypes.MsgRemoveOffer{Provider: w.addr(p), ModelId: id}}}, is && found
}

func (w *world) post() (op, bool) {
	id, found := w.someModel()
	from := w.requester()
	msg := w.question(from, id, w.between(1, 6))
	return op{name: "PostTask", from: from, msgs: []sdk.Msg{msg}}, found
}

// question is a valid post of n inputs, sometimes named.
func (w *world) question(from int, id []byte, n int) *computetypes.MsgPostTask {
	msg := &computetypes.MsgPostTask{
		Requester: w.addr(from), Payer: w.addr(from),
		Terms: computetypes.TaskTerms{
			Kind: computetypes.TASK_KIND_INFERENCE, ModelId: id, Assurance: computetypes.ASSURANCE_CLASS_REDUNDANT,
			Seats: uint32(w.between(3, 4)), MaxOutputTokens: uint32(w.between(1, 12)),
			MaxPrice: coin(uint64(w.between(1_000, 200_000))),
		},
	}
	if w.chance(30) {
		msg.Terms.Sampling = computetypes.Sampling{TemperatureMilli: 700, TopK: 40}
	}
	for range n {
		in := computetypes.TaskInput{}
		for range w.between(1, 12) {
			in.Tokens = append(in.Tokens, uint32(w.rng.IntN(300)))
		}
		if w.chance(40) {
			in.ClientRef = fmt.Sprintf("ref %d", w.rng.Uint32())
		}
		msg.Inputs = append(msg.Inputs, in)
	}
	return msg
}

// repost asks again under a known name: the first task comes back and nothing is paid.
func (w *world) repost() (op, bool) {
	id, found := w.someModel()
	from := w.requester()
	if !found || len(w.refs[from]) == 0 {
		return op{}, false
	}
	msg := w.question(from, id, 1)
	msg.Inputs[0].ClientRef = w.refs[from][w.rng.IntN(len(w.refs[from]))]
	return op{name: "PostTask again", from: from, msgs: []sdk.Msg{msg}}, true
}

func (w *world) cancel() (op, bool) {
	if len(w.tasks) == 0 {
		return op{}, false
	}
	id := w.tasks[len(w.tasks)-1-w.rng.IntN(min(len(w.tasks), 8))]
	t, found := w.task(id)
	if !found {
		return op{}, false
	}
	for i := firstRequester; i < firstProvider; i++ {
		if w.addr(i) == t.Requester {
			return op{name: "CancelTask", from: i, msgs: []sdk.Msg{&computetypes.MsgCancelTask{Requester: t.Requester, TaskId: id}}}, true
		}
	}
	return op{}, false
}

func (w *world) addBond() (op, bool) {
	p := w.provider()
	if _, is := w.providerOf(p); !is {
		return op{name: "AddBond!stranger", from: p, msgs: []sdk.Msg{&rewardtypes.MsgAddBond{Provider: w.addr(p), Amount: coin(1)}}}, true
	}
	return op{name: "AddBond", from: p, msgs: []sdk.Msg{&rewardtypes.MsgAddBond{Provider: w.addr(p), Amount: coin(uint64(w.between(1, 50_000_000)))}}}, true
}

func (w *world) withdrawBond() (op, bool) {
	p := w.provider()
	_, is := w.providerOf(p)
	return op{name: "WithdrawBond", from: p, msgs: []sdk.Msg{&rewardtypes.MsgWithdrawBond{Provider: w.addr(p), Amount: coin(uint64(w.between(1, 60_000_000)))}}}, is
}

// retry retries a parked item; nothing should ever be parked, so it must fail.
func (w *world) retry() (op, bool) {
	from := w.requester()
	id := uint64(w.rng.IntN(len(w.tasks) + 1))
	if w.chance(50) {
		return op{name: "RetryParked! compute", from: from, msgs: []sdk.Msg{&computetypes.MsgRetryParked{Sender: w.addr(from), TaskId: id}}}, true
	}
	return op{name: "RetryParked! attest", from: from, msgs: []sdk.Msg{&attesttypes.MsgRetryParked{Sender: w.addr(from), TaskId: id}}}, true
}

// retryPayout retries the payout to the blocked account, which is refused again and stays parked.
func (w *world) retryPayout() (op, bool) {
	from := w.requester()
	return op{name: "RetryPayout", from: from, msgs: []sdk.Msg{&rewardtypes.MsgRetryPayout{Sender: w.addr(from), Recipient: w.blocked()}}}, true
}

// claimEmission claims what some provider has earned beside its prices; with nothing earned there is nothing to claim.
func (w *world) claimEmission() (op, bool) {
	start := w.rng.IntN(providers)
	o := op{name: "ClaimEmission!nothing", from: firstProvider + start}
	for i := range providers {
		p := firstProvider + (start+i)%providers
		bond, err := rewardkeeper.NewQueryServer(w.chain.App.Reward).Bond(w.ctx(), &rewardtypes.QueryBondRequest{Provider: w.addr(p)})
		if err == nil && bond.Bond.Emission > 0 {
			o.name, o.from = "ClaimEmission", p
			break
		}
	}
	o.msgs = []sdk.Msg{&rewardtypes.MsgClaimEmission{Provider: w.addr(o.from)}}
	return o, true
}
