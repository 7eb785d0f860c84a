package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"google.golang.org/grpc"

	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// node is what sending a transaction asks of a node. It is an interface so that tests can play a chain.
type node interface {
	// account returns number and next sequence of an account as of the last block; ErrNotFound for a stranger.
	account(ctx context.Context, addr string) (number, sequence uint64, err error)
	// simulate returns the gas that a transaction would use.
	simulate(ctx context.Context, tx []byte) (uint64, error)
	// broadcast hands a transaction to the mempool. A refusal comes back as a *ChainError.
	broadcast(ctx context.Context, tx []byte) error
	// included returns the result of a transaction that is in a block; ErrNotFound before that.
	included(ctx context.Context, hash string) (*sdk.TxResponse, error)
	// height returns the height of the last block.
	height(ctx context.Context) (uint64, error)
	// gasPrice returns the least fee in uaic per 1 000 gas.
	gasPrice(ctx context.Context) (uint64, error)
	// chainID returns the chain of the node.
	chainID(ctx context.Context) (string, error)
}

// grpcNode is a node over gRPC.
type grpcNode struct {
	auth   authtypes.QueryClient
	txs    txtypes.ServiceClient
	status nodeservice.ServiceClient
	comet  cmtservice.ServiceClient
	reward rewardtypes.QueryClient
}

func newGRPCNode(conn grpc.ClientConnInterface) *grpcNode {
	return &grpcNode{
		auth:   authtypes.NewQueryClient(conn),
		txs:    txtypes.NewServiceClient(conn),
		status: nodeservice.NewServiceClient(conn),
		comet:  cmtservice.NewServiceClient(conn),
		reward: rewardtypes.NewQueryClient(conn),
	}
}

func (n *grpcNode) account(ctx context.Context, addr string) (number, sequence uint64, err error) {
	res, err := n.auth.AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: addr})
	if err != nil {
		return 0, 0, fromGRPC("look up account "+addr, err)
	}
	return res.Info.AccountNumber, res.Info.Sequence, nil
}

// simulate goes through the ABCI query and not the transaction service, whose errors carry no code.
func (n *grpcNode) simulate(ctx context.Context, tx []byte) (uint64, error) {
	res, err := n.comet.ABCIQuery(ctx, &cmtservice.ABCIQueryRequest{Path: "/app/simulate", Data: tx})
	if err != nil {
		return 0, fromGRPC("simulate the transaction", err)
	}
	if res.Code != 0 {
		return 0, newChainError(res.Codespace, res.Code, res.Log, "")
	}
	var answer struct {
		GasInfo struct {
			GasUsed uint64 `json:"gas_used,string"`
		} `json:"gas_info"`
	}
	if err := json.Unmarshal(res.Value, &answer); err != nil {
		return 0, &Error{Op: "read the simulated gas", Err: err}
	}
	return answer.GasInfo.GasUsed, nil
}

func (n *grpcNode) broadcast(ctx context.Context, tx []byte) error {
	res, err := n.txs.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return fromGRPC("broadcast the transaction", err)
	}
	if r := res.TxResponse; r.Code != 0 {
		return newChainError(r.Codespace, r.Code, r.RawLog, "")
	}
	return nil
}

func (n *grpcNode) included(ctx context.Context, hash string) (*sdk.TxResponse, error) {
	res, err := n.txs.GetTx(ctx, &txtypes.GetTxRequest{Hash: hash})
	if err != nil {
		return nil, fromGRPC("look up transaction "+hash, err)
	}
	return res.TxResponse, nil
}

func (n *grpcNode) height(ctx context.Context) (uint64, error) {
	res, err := n.status.Status(ctx, &nodeservice.StatusRequest{})
	if err != nil {
		return 0, fromGRPC("ask for the height", err)
	}
	return res.Height, nil
}

func (n *grpcNode) gasPrice(ctx context.Context) (uint64, error) {
	res, err := n.reward.Params(ctx, &rewardtypes.QueryParamsRequest{})
	if err != nil {
		return 0, fromGRPC("ask for the gas price", err)
	}
	return res.Params.MinGasPrice, nil
}

func (n *grpcNode) chainID(ctx context.Context) (string, error) {
	res, err := n.comet.GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return "", fromGRPC("ask for the chain id", err)
	}
	if res.DefaultNodeInfo == nil || res.DefaultNodeInfo.Network == "" {
		return "", &Error{Op: "ask for the chain id", Err: errors.New("the node does not know it")}
	}
	return res.DefaultNodeInfo.Network, nil
}

var _ node = (*grpcNode)(nil)

// describe names a node in messages.
func describe(cfg Config) string { return fmt.Sprintf("node %s", cfg.GRPC) }
