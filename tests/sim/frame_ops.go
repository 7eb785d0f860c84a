package sim

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// operation is a factory of messages with its usual weight, under the name by which a parameters file may change it.
type operation struct {
	name    string
	weight  uint32
	factory simsx.SimMsgFactoryX
}

// operations of our modules by module. The weights are against those of the SDK's modules, which sum to some 2 500; half of
// all operations are the answers of seats, which have only a few blocks.
func (f *frame) operations() map[string][]operation {
	return map[string][]operation{
		computetypes.ModuleName: {
			{"register_provider", 150, once[*computetypes.MsgRegisterProvider](f, (*world).registerProvider)},
			{"update_provider", 20, once[*computetypes.MsgUpdateProvider](f, (*world).updateProvider)},
			{"drain_provider", 20, once[*computetypes.MsgDrainProvider](f, (*world).drain)},
			{"retire_provider", 10, once[*computetypes.MsgRetireProvider](f, f.retireIdle)},
			{"publish_model", 20, once[*computetypes.MsgPublishModel](f, (*world).publish)},
			{"deprecate_model", 5, once[*computetypes.MsgDeprecateModel](f, f.deprecateOnce)},
			{"set_offer", 250, once[*computetypes.MsgSetOffer](f, (*world).setOffer)},
			{"remove_offer", 20, once[*computetypes.MsgRemoveOffer](f, f.removeSome)},
			{"post_task", 350, once[*computetypes.MsgPostTask](f, (*world).post)},
			{"post_task_again", 20, once[*computetypes.MsgPostTask](f, (*world).repost)},
			{"cancel_task", 40, once[*computetypes.MsgCancelTask](f, (*world).cancel)},
			{"retry_parked_task", 20, once[*computetypes.MsgRetryParked](f, f.retryTask)},
		},
		attesttypes.ModuleName: {
			{"commit_result", 1_000, anybody[*attesttypes.MsgCommitResult](f, (*world).act)},
			{"reveal_result", 1_000, anybody[*attesttypes.MsgRevealResult](f, (*world).act)},
			{"open_dispute", 60, once[*attesttypes.MsgOpenDispute](f, (*world).expose)},
			{"open_idle_dispute", 30, once[*attesttypes.MsgOpenDispute](f, (*world).challenge)},
			{"post_trace", 300, anybody[*attesttypes.MsgPostTrace](f, (*world).move)},
			{"choose_child", 500, anybody[*attesttypes.MsgChooseChild](f, (*world).move)},
			{"post_children", 400, anybody[*attesttypes.MsgPostChildren](f, (*world).move)},
			{"post_chunk", 200, anybody[*attesttypes.MsgPostChunk](f, (*world).move)},
			{"post_step", 200, anybody[*attesttypes.MsgPostStep](f, (*world).move)},
			{"retry_parked_round", 20, once[*attesttypes.MsgRetryParked](f, f.retryRound)},
		},
		rewardtypes.ModuleName: {
			{"add_bond", 30, once[*rewardtypes.MsgAddBond](f, (*world).addBond)},
			{"withdraw_bond", 30, once[*rewardtypes.MsgWithdrawBond](f, (*world).withdrawBond)},
			{"claim_emission", 30, once[*rewardtypes.MsgClaimEmission](f, (*world).claimEmission)},
			{"retry_payout", 10, once[*rewardtypes.MsgRetryPayout](f, (*world).retryPayout)},
		},
		beacontypes.ModuleName: {
			{"register_vrf_key", 15, once[*beacontypes.MsgRegisterVrfKey](f, f.registerKey)},
		},
	}
}

// attempts are made at a message that chance chooses the particulars of.
const attempts = 6

// once is the factory of what a random operation of the world makes, if it is meant to succeed.
func once[T sdk.Msg](f *frame, do func(*world) (op, bool)) simsx.SimMsgFactoryX {
	return simsx.SimMsgFactoryFn[T](func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) (none []simsx.SimAccount, _ T) {
		for range attempts {
			if o, ok := do(f.world); ok {
				if msg, is := f.wanted(o).(T); is {
					return f.signedBy(o, data, reporter), msg
				}
			}
		}
		reporter.Skip("nothing to do")
		return none, *new(T)
	})
}

// anybody is the factory of what some provider has to do. It asks all of them, beginning anywhere.
func anybody[T sdk.Msg](f *frame, do func(*world, int) (op, bool)) simsx.SimMsgFactoryX {
	return simsx.SimMsgFactoryFn[T](func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) (none []simsx.SimAccount, _ T) {
		start := f.r.Intn(providers)
		for i := range providers {
			if o, ok := do(f.world, firstProvider+(start+i)%providers); ok {
				if msg, is := f.wanted(o).(T); is {
					return f.signedBy(o, data, reporter), msg
				}
			}
		}
		reporter.Skip("nobody has to")
		return none, *new(T)
	})
}

// wanted is the message of an operation that is meant to succeed.
func (f *frame) wanted(o op) sdk.Msg {
	if o.mustFail() {
		return nil
	}
	return o.msgs[0]
}

func (f *frame) signedBy(o op, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) []simsx.SimAccount {
	return []simsx.SimAccount{data.GetAccount(reporter, f.people[o.from].AddressBech32)}
}

// registerKey gives a validator, also one that has joined, a key that it speaks with when it counts.
func (f *frame) registerKey(w *world) (op, bool) {
	m := f.members[f.r.Intn(len(f.members))]
	return w.newVrfKey(m.account, m.operator), true
}

// retryTask retries a parked task. No step ever fails, so only a genesis can have one.
func (f *frame) retryTask(w *world) (op, bool) {
	gs, err := w.chain.App.Compute.ExportGenesis(w.ctx())
	if err != nil || len(gs.Parked) == 0 {
		return op{}, false
	}
	from := w.requester()
	id := gs.Parked[w.rng.IntN(len(gs.Parked))].TaskId
	return op{name: "RetryParked", from: from, msgs: []sdk.Msg{&computetypes.MsgRetryParked{Sender: w.addr(from), TaskId: id}}}, true
}

// retryRound retries a parked round, or dispute; only a genesis can have one.
func (f *frame) retryRound(w *world) (op, bool) {
	gs, err := w.chain.App.Attest.ExportGenesis(w.ctx())
	if err != nil {
		return op{}, false
	}
	from := w.requester()
	msg := &attesttypes.MsgRetryParked{Sender: w.addr(from)}
	switch {
	case len(gs.Parked) > 0:
		msg.TaskId = gs.Parked[0].TaskId
	case len(gs.ParkedDisputes) > 0:
		msg.DisputeId = gs.ParkedDisputes[0].DisputeId
	default:
		return op{}, false
	}
	return op{name: "RetryParked", from: from, msgs: []sdk.Msg{msg}}, true
}

// retireIdle retires a provider that sits nowhere; a busy one would be refused.
func (f *frame) retireIdle(w *world) (op, bool) {
	gs, err := w.chain.App.Compute.ExportGenesis(w.ctx())
	if err != nil {
		return op{}, false
	}
	slots := map[string]uint32{}
	for _, o := range gs.Offers {
		slots[o.Provider] += o.UsedSlots
	}
	p := w.provider()
	_, is := w.providerOf(p)
	return op{name: "RetireProvider", from: p, msgs: []sdk.Msg{&computetypes.MsgRetireProvider{Provider: w.addr(p)}}}, is && slots[w.addr(p)] == 0
}

// deprecateOnce deprecates a model that is not deprecated yet.
func (f *frame) deprecateOnce(w *world) (op, bool) {
	o, ok := w.deprecate()
	if !ok {
		return op{}, false
	}
	m, err := w.chain.App.Compute.Model(w.ctx(), o.msgs[0].(*computetypes.MsgDeprecateModel).ModelId)
	return o, err == nil && !m.Deprecated
}

// removeSome removes an offer that there is.
func (f *frame) removeSome(w *world) (op, bool) {
	gs, err := w.chain.App.Compute.ExportGenesis(w.ctx())
	if err != nil || len(gs.Offers) == 0 {
		return op{}, false
	}
	o := gs.Offers[w.rng.IntN(len(gs.Offers))]
	return op{name: "RemoveOffer", from: w.accountOf(o.Provider), msgs: []sdk.Msg{&computetypes.MsgRemoveOffer{Provider: o.Provider, ModelId: o.ModelId}}}, true
}
