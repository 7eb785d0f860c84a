package sim

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// computeParams are parameters under which much happens in few blocks: short windows, and budgets so small that
// steps leave work over.
func computeParams(between func(lo, hi int) int) computetypes.Params {
	p := computetypes.DefaultParams()
	p.MinBond = 50_000_000
	p.OpenWindow = uint64(between(10, 30))
	p.CommitWindow = uint64(between(4, 9))
	p.RevealWindow = uint64(between(3, 6))
	p.ChallengeWindow = uint64(between(5, 15))
	p.RetentionWindow = p.ChallengeWindow + uint64(between(5, 25))
	p.MinSeatLien = uint64(between(1_000_000, 4_000_000))
	p.SeatLienMultiple = uint32(between(5, 40))
	p.MatchBudget = uint32(between(3, 20))
	p.PruneBudget = uint32(between(1, 10))
	p.MaxDraws = uint32(between(8, 64))
	p.AuditBps = uint32(max(0, between(-1_500, 3_000)))
	return p
}

func attestParams(between func(lo, hi int) int) attesttypes.Params {
	p := attesttypes.DefaultParams()
	p.MaxBatch = uint32(between(40, 200))
	p.VerdictBudget = uint32(between(2, 12))
	p.DisputeWindow = uint64(between(4, 8))
	p.TraceWindow = uint64(between(4, 12))
	p.DisputeBudget = uint32(between(2, 20))
	p.AuditBudget = uint32(between(1, 4))
	return p
}

func rewardParams(between func(lo, hi int) int) rewardtypes.Params {
	p := rewardtypes.DefaultParams()
	p.TakeBps = uint32(between(0, 2_000))
	p.TakeBurnBps = uint32(between(0, 10_000))
	p.SlashBurnBps = uint32(between(2_000, 10_000))
	p.SoftFaultBps = uint32(between(100, 3_000))
	p.UnbondingWindow = uint64(between(20, 40))
	p.PayoutBudget = uint32(between(2, 10))
	p.ReleaseBudget = uint32(between(8, 24)) // some three releases a task, all to be over in quietBlocks
	return p
}

// propose puts new parameters of one module to the vote.
func (w *world) propose() (op, bool) {
	gov := w.governance()
	var change sdk.Msg
	switch w.rng.IntN(4) {
	case 0:
		change = &computetypes.MsgUpdateParams{Authority: gov, Params: computeParams(w.between)}
	case 1:
		change = &attesttypes.MsgUpdateParams{Authority: gov, Params: attestParams(w.between)}
	case 2:
		change = &rewardtypes.MsgUpdateParams{Authority: gov, Params: rewardParams(w.between)}
	case 3:
		p := beacontypes.DefaultParams()
		p.EpochBlocks, p.HistoryBlocks = uint64(w.between(10, 20)), uint64(w.between(100, 150))
		change = &beacontypes.MsgUpdateParams{Authority: gov, Params: p}
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
