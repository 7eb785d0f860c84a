package localnet

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Reader asks a node over gRPC, without the client library.
type Reader struct {
	compute computetypes.QueryClient
	attest  attesttypes.QueryClient
	bank    banktypes.QueryClient
	auth    authtypes.QueryClient
}

func NewReader(tb testing.TB, addr string) Reader {
	tb.Helper()
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(cdc.GRPCCodec())))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() }) // only read from
	return Reader{computetypes.NewQueryClient(conn), attesttypes.NewQueryClient(conn), banktypes.NewQueryClient(conn), authtypes.NewQueryClient(conn)}
}

// Soon bounds one question.
func Soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 10*time.Second)
}

// Balance of an account, uaic.
func (r Reader) Balance(tb testing.TB, addr string) uint64 {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.bank.Balance(ctx, &banktypes.QueryBalanceRequest{Address: addr, Denom: payout.Denom})
	if err != nil {
		tb.Fatal(err)
	}
	return res.Balance.Amount.Uint64()
}

// Transactions that an account has signed.
func (r Reader) Transactions(tb testing.TB, addr string) uint64 {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.auth.AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: addr})
	if err != nil {
		tb.Fatal(err)
	}
	return res.Info.Sequence
}

// Bond of a provider and what of it is free, uaic.
func (r Reader) Bond(tb testing.TB, addr string) (bonded, free uint64) {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.compute.Provider(ctx, &computetypes.QueryProviderRequest{Address: addr})
	if err != nil {
		tb.Fatal(err)
	}
	return res.Bonded, res.Free
}

// Task with all that is known of it.
func (r Reader) Task(tb testing.TB, id uint64) *computetypes.QueryTaskResponse {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.compute.Task(ctx, &computetypes.QueryTaskRequest{TaskId: id})
	if err != nil {
		tb.Fatalf("task %d: %v", id, err)
	}
	return res
}

// Rounds of a task, none while it has had no seats.
func (r Reader) Rounds(tb testing.TB, id uint64) []attesttypes.Round {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.attest.Rounds(ctx, &attesttypes.QueryRoundsRequest{TaskId: id})
	if status.Code(err) == codes.NotFound {
		return nil
	}
	if err != nil {
		tb.Fatalf("rounds of task %d: %v", id, err)
	}
	return res.Rounds
}

// Disputes about a task, oldest first.
func (r Reader) Disputes(tb testing.TB, task uint64) []attesttypes.Dispute {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.attest.Disputes(ctx, &attesttypes.QueryDisputesRequest{TaskId: task})
	if err != nil {
		tb.Fatalf("disputes about task %d: %v", task, err)
	}
	return res.Disputes
}

// Dispute by its id.
func (r Reader) Dispute(tb testing.TB, id uint64) attesttypes.Dispute {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.attest.Dispute(ctx, &attesttypes.QueryDisputeRequest{DisputeId: id})
	if err != nil {
		tb.Fatalf("dispute %d: %v", id, err)
	}
	return res.Dispute
}

// WaitMoves waits until a dispute has so many moves and is in a phase; one that ends before fails the test.
func (r Reader) WaitMoves(tb testing.TB, id uint64, moves int, phase attesttypes.DisputePhase) attesttypes.Dispute {
	tb.Helper()
	var d attesttypes.Dispute
	Until(tb, CaseTimeout, fmt.Sprintf("dispute %d to have %d moves", id, moves), func() (bool, string) {
		d = r.Dispute(tb, id)
		if d.Phase != phase && (len(d.Moves) > moves || !d.IsOpen()) {
			tb.Fatalf("dispute %d: expected %s after %d moves, got %s after %d", id, phase, moves, d.Phase, len(d.Moves))
		}
		return len(d.Moves) == moves && d.Phase == phase, fmt.Sprintf("%s after %d", d.Phase, len(d.Moves))
	})
	return d
}

// ByRef returns the id of a requester's task, 0 while there is none.
func (r Reader) ByRef(tb testing.TB, requester, ref string) uint64 {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.compute.TaskByClientRef(ctx, &computetypes.QueryTaskByClientRefRequest{Requester: requester, ClientRef: ref})
	if status.Code(err) == codes.NotFound {
		return 0
	}
	if err != nil {
		tb.Fatal(err)
	}
	return res.Task.Id
}

// TasksOf counts a requester's tasks.
func (r Reader) TasksOf(tb testing.TB, requester string) int {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	res, err := r.compute.TasksByRequester(ctx, &computetypes.QueryTasksByRequesterRequest{Requester: requester})
	if err != nil {
		tb.Fatal(err)
	}
	return len(res.Tasks)
}

// WaitStatus waits until a task is shown in a status and returns it. A task that has closed otherwise fails the test.
func (r Reader) WaitStatus(tb testing.TB, id uint64, want ...computetypes.TaskStatus) *computetypes.QueryTaskResponse {
	tb.Helper()
	var t *computetypes.QueryTaskResponse
	Until(tb, CaseTimeout, fmt.Sprintf("task %d to be %v", id, want), func() (bool, string) {
		t = r.Task(tb, id)
		if now := t.Progress.Status; !slices.Contains(want, now) && t.Task.CloseHeight > 0 {
			tb.Fatalf("task %d: expected %v, it closed as %s", id, want, now)
		}
		return slices.Contains(want, t.Progress.Status), fmt.Sprintf("%s; %s at %d", t.Progress.Status, t.Next, t.NextHeight)
	})
	return t
}

// WaitCommitted waits until a provider has committed to a task.
func (r Reader) WaitCommitted(tb testing.TB, id uint64, provider string) {
	tb.Helper()
	Until(tb, CaseTimeout, fmt.Sprintf("%s to commit to task %d", provider, id), func() (bool, string) {
		t := r.Task(tb, id)
		for _, s := range t.Progress.Seats {
			if s.Provider == provider && s.Committed {
				return true, ""
			}
		}
		return false, t.Progress.String()
	})
}
