package sim

import (
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// badMarket is a message about providers, models or bonds that must be refused.
func (w *world) badMarket() (op, bool) {
	p := w.provider()
	name := w.addr(p)
	id, found := w.someModel()
	if !found {
		return op{}, false
	}
	foreign := sdk.NewInt64Coin("uatom", 100_000_000)
	bad := []struct {
		name string
		msg  sdk.Msg
	}{
		{"RegisterProvider!foreign coin", &computetypes.MsgRegisterProvider{Provider: name, Moniker: "m", Bond: foreign}},
		{"RegisterProvider!no bond", &computetypes.MsgRegisterProvider{Provider: name, Moniker: "m", Bond: coin(0)}},
		{"RegisterProvider!no name", &computetypes.MsgRegisterProvider{Provider: name, Bond: coin(200_000_000)}},
		{"UpdateProvider!long", &computetypes.MsgUpdateProvider{Provider: name, Moniker: strings.Repeat("m", 65)}},
		{"SetOffer!no slots", &computetypes.MsgSetOffer{Provider: name, ModelId: id}},
		{"SetOffer!unknown model", &computetypes.MsgSetOffer{Provider: name, ModelId: make([]byte, 32), Slots: 1}},
		{"SetOffer!absurd price", &computetypes.MsgSetOffer{Provider: name, ModelId: id, PriceInput: 1<<63 + 1, Slots: 1}},
		{"RemoveOffer!unknown model", &computetypes.MsgRemoveOffer{Provider: name, ModelId: make([]byte, 32)}},
		{"PublishModel!wrong root", &computetypes.MsgPublishModel{Publisher: name, ModelId: make([]byte, 32), Header: w.chest[0].Header, HeaderProof: w.chest[0].Proof, Name: "m", License: "MIT"}},
		{"PublishModel!known", &computetypes.MsgPublishModel{Publisher: name, ModelId: id, Header: w.chest[0].Header, HeaderProof: w.chest[0].Proof, Name: "m", License: "MIT"}},
		{"PublishModel!over 100 %", &computetypes.MsgPublishModel{
			Publisher: name, ModelId: w.chest[0].ID, Header: w.chest[0].Header, HeaderProof: w.chest[0].Proof, Name: "m", License: "MIT",
			FeeBps: 100, Splits: []computetypes.FeeSplit{{Recipient: name, ShareBps: 10_001}},
		}},
		{"DeprecateModel!not the owner", &computetypes.MsgDeprecateModel{Publisher: name, ModelId: id}},
		{"AddBond!foreign coin", &rewardtypes.MsgAddBond{Provider: name, Amount: foreign}},
		{"WithdrawBond!too much", &rewardtypes.MsgWithdrawBond{Provider: name, Amount: coin(1 << 50)}},
		{"WithdrawBond!nothing", &rewardtypes.MsgWithdrawBond{Provider: name, Amount: coin(0)}},
		{"UpdateParams!not governance", &computetypes.MsgUpdateParams{Authority: name, Params: computetypes.DefaultParams()}},
		{"UpdateParams!not governance, reward", &rewardtypes.MsgUpdateParams{Authority: name, Params: rewardtypes.DefaultParams()}},
		{"RetryPayout!nothing parked", &rewardtypes.MsgRetryPayout{Sender: name, Recipient: name}},
	}
	b := bad[w.rng.IntN(len(bad))]
	return op{name: b.name, from: p, msgs: []sdk.Msg{b.msg}}, true
}

// badPost is a post or a cancellation that must be refused.
func (w *world) badPost() (op, bool) {
	from := w.requester()
	id, found := w.someModel()
	if !found {
		return op{}, false
	}
	msg := w.question(from, id, 1)
	msg.Inputs[0].ClientRef = "" // a known name would be answered whatever else is wrong
	name := ""
	switch w.rng.IntN(11) {
	case 0:
		name, msg.Terms.MaxOutputTokens = "no output", 0
	case 1:
		name, msg.Terms.MaxOutputTokens = "absurd output", 1<<31
	case 2:
		name, msg.Terms.Seats = "one seat", 1
	case 3:
		name, msg.Inputs[0].Tokens = "no input", nil
	case 4:
		name, msg.Inputs[0].Tokens = "token outside the vocabulary", []uint32{1 << 30}
	case 5:
		name, msg.Terms.MaxPrice = "foreign coin", sdk.NewInt64Coin("uatom", 100_000)
	case 6:
		name, msg.Terms.MaxPrice = "no price", coin(0)
	case 7:
		name, msg.Terms.MaxPrice = "more than it has", coin(1<<62)
	case 8:
		name, msg.Terms.ModelId = "unknown model", make([]byte, 32)
	case 9:
		name, msg.Inputs = "no inputs", nil
	case 10:
		return op{name: "CancelTask!not its own", from: w.provider(), msgs: nil}.cancelOther(w)
	}
	return op{name: "PostTask!" + name, from: from, msgs: []sdk.Msg{msg}}, true
}

// cancelOther is a cancellation by somebody who did not ask.
func (o op) cancelOther(w *world) (op, bool) {
	if len(w.tasks) == 0 {
		return op{}, false
	}
	o.msgs = []sdk.Msg{&computetypes.MsgCancelTask{Requester: w.addr(o.from), TaskId: w.tasks[w.rng.IntN(len(w.tasks))]}}
	return o, true
}
