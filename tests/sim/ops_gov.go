package sim

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	attestsim "github.com/aichain/aichain/x/attest/simulation"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beaconsim "github.com/aichain/aichain/x/beacon/simulation"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computesim "github.com/aichain/aichain/x/compute/simulation"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardsim "github.com/aichain/aichain/x/reward/simulation"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// propose puts new parameters of one module to the vote.
func (w *world) propose() (op, bool) {
	gov := w.governance()
	var change sdk.Msg
	switch w.rng.IntN(4) {
	case 0:
		change = &computetypes.MsgUpdateParams{Authority: gov, Params: computesim.Params(w.between)}
	case 1:
		change = &attesttypes.MsgUpdateParams{Authority: gov, Params: attestsim.Params(w.between)}
	case 2:
		change = &rewardtypes.MsgUpdateParams{Authority: gov, Params: rewardsim.Params(w.between)}
	case 3:
		change = &beacontypes.MsgUpdateParams{Authority: gov, Params: beaconsim.Params(w.between)}
	}
	from := w.requester()
	msg, err := govv1.NewMsgSubmitProposal([]sdk.Msg{change}, sdk.NewCoins(coin(10_000_000)), w.addr(from), "", "other parameters", "for a change", false)
	require.NoError(w.tb, err)
	return op{name: "UpdateParams of " + sdk.MsgTypeURL(change)[9:16], from: from, msgs: []sdk.Msg{msg}}, true
}

// rememberProposal notes a proposal for the validator's vote.
func (w *world) rememberProposal(o op, res *abci.ExecTxResult) {
	if _, is := o.msgs[0].(*govv1.MsgSubmitProposal); !is {
		return
	}
	for _, e := range res.Events {
		for _, a := range e.Attributes {
			if e.Type == "submit_proposal" && a.Key == "proposal_id" {
				id, err := strconv.ParseUint(a.Value, 10, 64)
				require.NoError(w.tb, err)
				for v := range validators {
					w.votes[v] = append(w.votes[v], id)
				}
				return
			}
		}
	}
}

// vote is a validator's yes to the oldest proposal.
func (w *world) vote(validator int) (op, bool) {
	if len(w.votes[validator]) == 0 {
		return op{}, false
	}
	id := w.votes[validator][0]
	w.votes[validator] = w.votes[validator][1:]
	msg := govv1.NewMsgVote(w.chain.Accounts[validator].Addr, id, govv1.OptionYes, "")
	return op{name: "Vote", from: validator, msgs: []sdk.Msg{msg}}, true
}
