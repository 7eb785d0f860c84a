package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Client talks to one node for one account. Its methods may be called from several goroutines.
type Client struct {
	cfg     Config
	enc     encoding
	conn    *grpc.ClientConn
	node    node
	compute computetypes.QueryClient
	attest  attesttypes.QueryClient
	reward  rewardtypes.QueryClient
	bank    banktypes.QueryClient

	waiting func(context.Context) ([][]byte, error) // the node's mempool

	addr    string // of the key, "" without one
	account account
	blocks  *blockHub

	chainOnce sync.Mutex
	chain     string
	price     gasPrice
}

// New makes a client. It does not talk to the node; it fails for a bad configuration or a missing key.
func New(cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, &Error{Op: "make a client", Err: err}
	}
	enc, err := newEncoding()
	if err != nil {
		return nil, err
	}
	creds := insecure.NewCredentials()
	if cfg.TLS {
		creds = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	conn, err := grpc.NewClient(cfg.GRPC, grpc.WithTransportCredentials(creds), grpc.WithDefaultCallOptions(
		grpc.ForceCodec(enc.cdc.(codec.GRPCCodecProvider).GRPCCodec()), grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		return nil, &Error{Op: "connect to " + describe(cfg), Err: err}
	}
	c := &Client{
		cfg: cfg, enc: enc, conn: conn, node: newGRPCNode(conn), chain: cfg.ChainID,
		compute: computetypes.NewQueryClient(conn), attest: attesttypes.NewQueryClient(conn),
		reward: rewardtypes.NewQueryClient(conn), bank: banktypes.NewQueryClient(conn),
	}
	c.blocks = newBlockHub(cfg, c.node.height)
	c.waiting = waitingTxs(cfg.RPC)
	if cfg.Keyring != nil {
		if c.addr, err = KeyAddress(cfg.Keyring, cfg.Key); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return c, nil
}

// Close ends the subscription and the connection.
func (c *Client) Close() error {
	c.blocks.stop()
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}

// Address is the account that signs; empty for a client without a key.
func (c *Client) Address() string { return c.addr }

// ChainID returns the configured chain id, or the node's when none was configured. A node of another chain
// than the configured one is ErrWrongChain at the first transaction.
func (c *Client) ChainID(ctx context.Context) (string, error) {
	c.chainOnce.Lock()
	defer c.chainOnce.Unlock()
	if c.chain != "" {
		return c.chain, nil
	}
	id, err := retry(ctx, c.cfg.Tries, func() (string, error) { return c.node.chainID(ctx) })
	if err != nil {
		return "", err
	}
	c.chain = id
	return id, nil
}

// CheckChain asks the node and returns ErrWrongChain unless it is on the configured chain.
func (c *Client) CheckChain(ctx context.Context) error {
	id, err := retry(ctx, c.cfg.Tries, func() (string, error) { return c.node.chainID(ctx) })
	if err != nil {
		return err
	}
	if c.cfg.ChainID != "" && c.cfg.ChainID != id {
		return &Error{
			Op: "check the chain", Err: fmt.Errorf("%w: expected %s, %s is on %s", ErrWrongChain, c.cfg.ChainID, describe(c.cfg), id),
			Next: "set the chain id to " + id + ", or use a node of " + c.cfg.ChainID,
		}
	}
	return nil
}

// Height returns the height of the node's last block.
func (c *Client) Height(ctx context.Context) (uint64, error) {
	return retry(ctx, c.cfg.Tries, func() (uint64, error) {
		one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
		defer cancel()
		return c.node.height(one)
	})
}

// Blocks tells the height of each new block until ctx ends, then the channel closes. A slow reader gets the
// newest height only. The present height comes first, as soon as it is known.
func (c *Client) Blocks(ctx context.Context) <-chan uint64 { return c.blocks.subscribe(ctx) }

// Balance returns what an account can spend, uaic.
func (c *Client) Balance(ctx context.Context, addr string) (uint64, error) {
	res, err := call(ctx, c, "ask for the balance", c.bank.SpendableBalanceByDenom, &banktypes.QuerySpendableBalanceByDenomRequest{Address: addr, Denom: payout.Denom})
	if err != nil {
		return 0, err
	}
	if res.Balance == nil || !res.Balance.Amount.IsUint64() {
		return 0, nil
	}
	return res.Balance.Amount.Uint64(), nil
}

// BlockTime returns height and time of the node's last block.
func (c *Client) BlockTime(ctx context.Context) (height uint64, at time.Time, err error) {
	res, err := call(ctx, c, "ask for the last block", nodeservice.NewServiceClient(c.conn).Status, &nodeservice.StatusRequest{})
	if err != nil {
		return 0, time.Time{}, err
	}
	if res.Timestamp == nil {
		return res.Height, time.Time{}, &Error{Op: "ask for the last block", Err: errors.New("the node tells no time")}
	}
	return res.Height, *res.Timestamp, nil
}
