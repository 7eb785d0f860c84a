package kit

import (
	"crypto/sha256"
	"fmt"
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Coin is an amount of uaic.
func Coin(uaic uint64) sdk.Coin { return sdk.NewCoin(payout.Denom, sdkmath.NewIntFromUint64(uaic)) }

// Publish is the message that publishes a model; share names and bps alternate in splits' order.
func (w *World) Publish(by, name string, m Model, feeBps uint32, splits ...computetypes.FeeSplit) *computetypes.MsgPublishModel {
	w.AddModel(name, m)
	return &computetypes.MsgPublishModel{
		Publisher: w.Address(by), ModelId: m.ID, Header: m.Header, HeaderProof: m.Proof,
		Name: name, License: "Apache-2.0", FeeBps: feeBps, Splits: splits,
	}
}

// Register is the message that registers a provider.
func (w *World) Register(name string, bond sdk.Coin) *computetypes.MsgRegisterProvider {
	return &computetypes.MsgRegisterProvider{Provider: w.Address(name), Moniker: name, Bond: bond}
}

// Offer is the message that makes or changes an offer; prices are uaic per 1 000 tokens.
func (w *World) Offer(name, model string, priceIn, priceOut uint64, slots uint32) *computetypes.MsgSetOffer {
	return &computetypes.MsgSetOffer{
		Provider: w.Address(name), ModelId: w.ModelID(model), PriceInput: priceIn, PriceOutput: priceOut, Slots: slots,
	}
}

// Terms are the terms of a usual task: three seats, greedy.
func (w *World) Terms(model string, maxPrice uint64) computetypes.TaskTerms {
	return computetypes.TaskTerms{
		Kind: computetypes.TASK_KIND_INFERENCE, ModelId: w.ModelID(model), Assurance: computetypes.ASSURANCE_CLASS_REDUNDANT,
		Seats: 3, MaxOutputTokens: 16, MaxPrice: Coin(maxPrice),
	}
}

// Post is the message that posts tasks, one per input.
func (w *World) Post(requester, payer string, terms computetypes.TaskTerms, inputs ...computetypes.TaskInput) *computetypes.MsgPostTask {
	return &computetypes.MsgPostTask{Requester: w.Address(requester), Payer: w.Address(payer), Terms: terms, Inputs: inputs}
}

// Answer is a result as a worker has it: output tokens and why they ended.
type Answer struct {
	Output []uint32
	Stop   uint32
}

// Salt of a seat in these tests: fixed, so that runs repeat, and unlike any other seat's.
func Salt(name string, task uint64, round uint32) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "salt of %s for %d in %d", name, task, round))
}

// Seal is the commitment of a seat to an answer, made as a worker makes it.
func (w *World) Seal(name string, task uint64, round uint32, a Answer) [32]byte {
	w.TB.Helper()
	if len(w.Rounds(task)) == 0 {
		return [32]byte{} // nobody is seated: there is nothing to answer
	}
	r := w.Round(task, round)
	root := result.Root(r.ModelId, r.InputDigest, a.Output, a.Stop)
	return result.Commitment(w.ChainID(), task, round, w.Account(name).Addr, root, Salt(name, task, round))
}

// Commit is the message that commits one provider to an answer on each task, in their present rounds.
func (w *World) Commit(name string, a Answer, tasks ...uint64) *attesttypes.MsgCommitResult {
	w.TB.Helper()
	msg := &attesttypes.MsgCommitResult{Provider: w.Address(name)}
	for _, id := range tasks {
		round := w.Present(id)
		c := w.Seal(name, id, round, a)
		msg.Commits = append(msg.Commits, attesttypes.Commit{TaskId: id, Round: round, Commitment: c[:]})
	}
	return msg
}

// Reveal is the message that opens those commitments; the output is left out when full is false.
func (w *World) Reveal(name string, a Answer, full bool, tasks ...uint64) *attesttypes.MsgRevealResult {
	w.TB.Helper()
	msg := &attesttypes.MsgRevealResult{Provider: w.Address(name)}
	for _, id := range tasks {
		round := w.Present(id)
		salt := Salt(name, id, round)
		r := attesttypes.Reveal{TaskId: id, Round: round, Salt: salt[:]}
		if full {
			r.Output, r.Stop = a.Output, a.Stop
		}
		msg.Reveals = append(msg.Reveals, r)
	}
	return msg
}

// Withdraw is the message that starts unbonding.
func (w *World) Withdraw(name string, amount sdk.Coin) *rewardtypes.MsgWithdrawBond {
	return &rewardtypes.MsgWithdrawBond{Provider: w.Address(name), Amount: amount}
}

// Claim is the message that claims emission.
func (w *World) Claim(name string) *rewardtypes.MsgClaimEmission {
	return &rewardtypes.MsgClaimEmission{Provider: w.Address(name)}
}

// Input is the tokens of one question.
func Input(tokens ...uint32) computetypes.TaskInput { return computetypes.TaskInput{Tokens: tokens} }

// Short is an enum's name without its prefix.
func Short(e fmt.Stringer) string {
	name := e.String()
	for _, prefix := range []string{"DISPUTE_PHASE_", "DISPUTE_END_", "DISPUTE_SIDE_", "TASK_STATUS_", "REASON_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}
