package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
)

// Defaults of Config.
const (
	// DefaultGRPC is where a node answers gRPC.
	DefaultGRPC = "127.0.0.1:9090"
	// DefaultRPC is where a node answers CometBFT RPC and the websocket.
	DefaultRPC = "http://127.0.0.1:26657"
	// DefaultGasMarginBps is added to simulated gas: a block between simulation and execution may have made
	// a little more work. 3 000 = 30 %.
	DefaultGasMarginBps = 3_000
	// DefaultInclusionBlocks is how many blocks a transaction may wait for inclusion. After that it can never
	// be included, so that sending another one is safe.
	DefaultInclusionBlocks = 20
	// DefaultTries bounds the attempts of one call.
	DefaultTries = 8
	// DefaultCallTimeout bounds one request to the node.
	DefaultCallTimeout = 10 * time.Second
)

// Config says which node to talk to and who signs.
type Config struct {
	// GRPC is host:port of the node's gRPC server.
	GRPC string
	// TLS encrypts gRPC; the host's certificate must be trusted by the system.
	TLS bool
	// RPC is the URL of CometBFT's RPC, for the websocket. Empty means polling over gRPC only.
	RPC string
	// ChainID is signed into every transaction. Empty asks the node at the first need.
	ChainID string
	// Keyring holds the key; nil for a client that only reads.
	Keyring keyring.Keyring
	// Key is the name of the key in the keyring.
	Key string
	// GasMarginBps is added to simulated gas, in basis points; 0 means the default.
	GasMarginBps uint32
	// InclusionBlocks is how long a transaction may wait, in blocks; 0 means the default.
	InclusionBlocks uint64
	// Tries bounds the attempts of one call; 0 means the default.
	Tries uint
	// CallTimeout bounds one request; 0 means the default.
	CallTimeout time.Duration
	// PollInterval is the fallback when no block is heard; 0 means one second.
	PollInterval time.Duration
}

func (c Config) withDefaults() Config {
	if c.GasMarginBps == 0 {
		c.GasMarginBps = DefaultGasMarginBps
	}
	if c.InclusionBlocks == 0 {
		c.InclusionBlocks = DefaultInclusionBlocks
	}
	if c.Tries == 0 {
		c.Tries = DefaultTries
	}
	if c.CallTimeout == 0 {
		c.CallTimeout = DefaultCallTimeout
	}
	if c.PollInterval == 0 {
		c.PollInterval = time.Second
	}
	return c
}

func (c Config) validate() error {
	if c.GRPC == "" {
		return errors.New("no gRPC address of a node, for example " + DefaultGRPC)
	}
	if c.Keyring != nil && c.Key == "" {
		return errors.New("a keyring but no key name")
	}
	if c.GasMarginBps > 100_000 {
		return fmt.Errorf("gas margin of %d basis points, at most 100000", c.GasMarginBps)
	}
	return nil
}
