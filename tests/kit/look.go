package kit

import (
	"context"
	"encoding/hex"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// query is a connection to the gRPC services of the application at the last committed block.
func (w *World) query() *baseapp.QueryServiceTestHelper {
	return &baseapp.QueryServiceTestHelper{GRPCQueryRouter: w.Chain.App.GRPCQueryRouter(), Ctx: w.Ctx()}
}

// Ctx is a context on the last committed block, for reading.
func (w *World) Ctx() sdk.Context { return w.Chain.Ctx() }

// Look answers what Query/Task says of a task.
func (w *World) Look(id uint64) (*computetypes.QueryTaskResponse, error) {
	return computetypes.NewQueryClient(w.query()).Task(context.Background(), &computetypes.QueryTaskRequest{TaskId: id})
}

// Task is a task as stored; the test fails if there is none.
func (w *World) Task(id uint64) computetypes.Task {
	w.TB.Helper()
	res, err := w.Look(id)
	if err != nil {
		w.TB.Fatalf("task %d: %v", id, err)
	}
	return res.Task
}

// Round is a round as stored; the test fails if there is none.
func (w *World) Round(task uint64, round uint32) attesttypes.Round {
	w.TB.Helper()
	res, err := attesttypes.NewQueryClient(w.query()).Round(context.Background(), &attesttypes.QueryRoundRequest{TaskId: task, Round: round})
	if err != nil {
		w.TB.Fatalf("round %d of task %d: %v", round, task, err)
	}
	return res.Round
}

// Rounds are the rounds of a task that have begun, in order.
func (w *World) Rounds(task uint64) []attesttypes.Round {
	w.TB.Helper()
	res, err := attesttypes.NewQueryClient(w.query()).Rounds(context.Background(), &attesttypes.QueryRoundsRequest{TaskId: task})
	if err != nil {
		return nil
	}
	return res.Rounds
}

// Present is the number of a task's last round that has begun; 0 if none has.
func (w *World) Present(task uint64) uint32 {
	w.TB.Helper()
	rounds := w.Rounds(task)
	if len(rounds) == 0 {
		return 0
	}
	return rounds[len(rounds)-1].Round
}

// Deadline is the last block in which the present phase of a task's round accepts messages.
func (w *World) Deadline(task uint64) uint64 {
	w.TB.Helper()
	return w.Round(task, w.Present(task)).Deadline
}

// Seats are the names of a task's present seats in order.
func (w *World) Seats(task uint64) []string {
	w.TB.Helper()
	r := w.Round(task, w.Present(task))
	names := make([]string, len(r.Seats))
	for i, s := range r.Seats {
		names[i] = w.NameOf(s.Provider)
	}
	return names
}

// Screen answers what Query/ScreenTask says before a post.
func (w *World) Screen(requester string, terms computetypes.TaskTerms, inputTokens uint32) *computetypes.QueryScreenTaskResponse {
	w.TB.Helper()
	res, err := computetypes.NewQueryClient(w.query()).ScreenTask(context.Background(),
		&computetypes.QueryScreenTaskRequest{Requester: w.Address(requester), Terms: terms, InputTokens: inputTokens})
	if err != nil {
		w.TB.Fatal(err)
	}
	return res
}

// Bond is a provider's stake: bonded uaic, liens included, and the liened part; zeros for a stranger.
func (w *World) Bond(name string) (bonded, liened uint64) {
	w.TB.Helper()
	res, err := rewardtypes.NewQueryClient(w.query()).Bond(context.Background(), &rewardtypes.QueryBondRequest{Provider: w.Address(name)})
	if err != nil {
		return 0, 0
	}
	return res.Bond.Bonded, res.Bond.Liened
}

// Emission is what a provider has earned beside its prices; zeros for a stranger.
func (w *World) Emission(name string) rewardtypes.QueryEmissionResponse {
	w.TB.Helper()
	res, err := rewardtypes.NewQueryClient(w.query()).Emission(context.Background(), &rewardtypes.QueryEmissionRequest{Provider: w.Address(name)})
	if err != nil {
		return rewardtypes.QueryEmissionResponse{}
	}
	return *res
}

// Ledger is the sum of all money in x/reward.
func (w *World) Ledger() rewardtypes.Ledger {
	w.TB.Helper()
	res, err := rewardtypes.NewQueryClient(w.query()).Ledger(context.Background(), &rewardtypes.QueryLedgerRequest{})
	if err != nil {
		w.TB.Fatal(err)
	}
	return res.Ledger
}

// Purse is what an account has in x/bank, uaic.
func (w *World) Purse(name string) uint64 {
	return w.Chain.App.Bank.GetBalance(w.Ctx(), w.Account(name).Addr, payout.Denom).Amount.Uint64()
}

// Supply is all uaic there are.
func (w *World) Supply() uint64 {
	return w.Chain.App.Bank.GetSupply(w.Ctx(), payout.Denom).Amount.Uint64()
}

// ModelRecord is a model as stored.
func (w *World) ModelRecord(name string) (*computetypes.QueryModelResponse, error) {
	return computetypes.NewQueryClient(w.query()).Model(context.Background(),
		&computetypes.QueryModelRequest{ModelId: hex.EncodeToString(w.ModelID(name))})
}
