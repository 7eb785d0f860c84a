package receipt

import (
	"context"
	"fmt"
	"time"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Node is what Export asks: the part of CometBFT's RPC that proofs and light clients need. Its answers are not trusted.
type Node interface {
	// ABCIQueryWithOptions reads the state of a height with proofs.
	ABCIQueryWithOptions(ctx context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error)
	// Commit returns the header of a height and the commit over it; of the last block for nil.
	Commit(ctx context.Context, height *int64) (*ctypes.ResultCommit, error)
	// Validators returns one page of the validators of a height, pages counted from 1.
	Validators(ctx context.Context, height *int64, page, perPage *int) (*ctypes.ResultValidators, error)
}

// Dial returns the node at the URL of a CometBFT RPC, each call to which may take so long, in whole seconds. It does not
// talk to it yet.
func Dial(url string, timeout time.Duration) (Node, error) {
	return rpchttp.NewWithTimeout(url, "/websocket", uint(timeout/time.Second))
}

// validatorsPerPage is CometBFT's largest page.
const validatorsPerPage = 100

// FetchBlock asks a node for one block, of the last height for 0, and checks that it is whole. Whether it is the
// chain's is for the caller to know.
func FetchBlock(ctx context.Context, node Node, height int64) (Block, error) {
	b, _, err := fetchBlock(ctx, node, height)
	return b, err
}

func fetchBlock(ctx context.Context, node Node, height int64) (Block, *cmttypes.LightBlock, error) {
	at := &height
	if height == 0 {
		at = nil
	}
	res, err := node.Commit(ctx, at)
	if err != nil {
		return Block{}, nil, err
	}
	if res.Header == nil {
		return Block{}, nil, refuse(ErrMalformed, "the node's answer", "a header", "none")
	}
	if at != nil && res.Height != height {
		return Block{}, nil, refuse(ErrHeight, "the node's answer", fmt.Sprint(height), fmt.Sprint(res.Height))
	}
	vals, err := fetchValidators(ctx, node, res.Height)
	if err != nil {
		return Block{}, nil, err
	}
	b, err := NewBlock(res.Header, res.Commit, vals)
	if err != nil {
		return Block{}, nil, err
	}
	lb, err := b.open("the node's block")
	return b, lb, err
}

func fetchValidators(ctx context.Context, node Node, height int64) ([]*cmttypes.Validator, error) {
	var vals []*cmttypes.Validator
	perPage := validatorsPerPage
	for page := 1; page <= MaxValidators/validatorsPerPage; page++ {
		res, err := node.Validators(ctx, &height, &page, &perPage)
		if err != nil {
			return nil, err
		}
		vals = append(vals, res.Validators...)
		if len(vals) >= res.Total || len(res.Validators) == 0 {
			break
		}
	}
	return vals, nil
}
