package receipt_test

import (
	"bytes"
	"fmt"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// settled is the life of a task on which three seats agreed, settled in block 6 and open to challenges until block 16.
func settled(id uint64) life {
	l := life{
		model: computetypes.Model{
			Id: bytes.Repeat([]byte{7}, 32), Publisher: "cosmos1publisher", Name: "nano", License: "Apache-2.0",
			Profile: "canon-int/1", Header: []byte("header"), Vocab: 100, MaxContext: 64, PublishHeight: 2,
		},
		task: computetypes.Task{
			Id: id, Requester: "cosmos1requester", Payer: "cosmos1payer", ClientRef: fmt.Sprint("ref", id), Input: []uint32{12, 10, 3, uint32(id)},
			Status: computetypes.TASK_STATUS_SETTLED, Reason: computetypes.REASON_TASK_AGREED, PostHeight: 3, CloseHeight: 6, NextHeight: 200,
			Role: computetypes.SEAT_ROLE_PRIMARY, OutputTokens: 2,
			Snapshot: computetypes.Snapshot{CommitWindow: 10, RevealWindow: 10, ChallengeWindow: 10, Refereed: true, SeatLien: 100},
		},
	}
	l.task.Terms = computetypes.TaskTerms{
		Kind: computetypes.TASK_KIND_INFERENCE, ModelId: l.model.Id, Assurance: computetypes.ASSURANCE_CLASS_REDUNDANT,
		Seats: 3, MaxOutputTokens: 16, MaxPrice: sdk.NewCoin(payout.Denom, math.NewInt(1000)),
	}
	l.rounds = []attesttypes.Round{l.round(0, computetypes.SEAT_ROLE_PRIMARY, 1, 1, 1)}
	l.task.ResultRoot = l.rounds[0].Results[0].Root
	return l
}

// answers are the outputs that seats reveal, by number from 1.
var answers = [][]uint32{1: {42, 43}, 2: {41, 43}}

// digest of the task's input.
func (l life) digest() []byte {
	d := result.InputDigest(l.model.Id, l.task.Input, l.task.Terms.MaxOutputTokens, l.task.Terms.Sampling.TemperatureMilli, 0, nil)
	return d[:]
}

// round is a closed round whose seats revealed the answers of these numbers; 0 for a seat that did not reveal.
func (l life) round(number uint32, role computetypes.SeatRole, revealed ...int) attesttypes.Round {
	r := attesttypes.Round{
		TaskId: l.task.Id, Round: number, Kind: attesttypes.ATTESTATION_KIND_EXACT, Role: role, Phase: attesttypes.ROUND_PHASE_CLOSED,
		Verdict: attesttypes.VERDICT_AGREED, ModelId: l.model.Id, InputDigest: l.digest(), MaxOutputTokens: 16, Vocab: 100,
		Deadline: 6, RevealWindow: 10, OpenHeight: 4, Refereed: true,
	}
	at := map[int]uint32{}
	for i, n := range revealed {
		seat := attesttypes.Seat{
			Provider: fmt.Sprintf("cosmos1provider%d%d", number, i), PriceInput: 1, PriceOutput: 1, Lien: 100,
			Commitment: bytes.Repeat([]byte{byte(i)}, 32), Outcome: computetypes.REASON_SEAT_RIGHT,
		}
		if n > 0 && at[n] == 0 {
			root := result.Root(r.ModelId, r.InputDigest, answers[n], result.StopEnd)
			r.Results = append(r.Results, attesttypes.Result{Root: root[:], Output: answers[n], Stop: result.StopEnd})
			at[n] = uint32(len(r.Results))
		}
		seat.Result = at[n]
		switch n {
		case 0:
			seat.Outcome = computetypes.REASON_SEAT_NO_REVEAL
		case 2:
			seat.Outcome = computetypes.REASON_SEAT_WRONG
		}
		r.Seats = append(r.Seats, seat)
	}
	return r
}
