package cmd

import (
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/aichain/aichain/rules/payout"
)

const (
	// blockTime is the pause after a commit. The SDK replaces CometBFT's default of exactly one second by five.
	blockTime = 999 * time.Millisecond
	// minGasPrice of a new node: the chain's own least price, 1 uaic per 1 000 gas.
	minGasPrice = "0.001" + payout.Denom
	// queryGasLimit bounds a query; the SDK's default is no bound.
	queryGasLimit = 50_000_000
)

// cometConfig is the config.toml of a new home.
func cometConfig() *cmtcfg.Config {
	cfg := cmtcfg.DefaultConfig()
	cfg.Consensus.TimeoutCommit = blockTime
	cfg.DBBackend = dbBackend
	return cfg
}

// nodeConfig is the app.toml of a new home.
func nodeConfig() *serverconfig.Config {
	cfg := serverconfig.DefaultConfig()
	cfg.MinGasPrices = minGasPrice
	cfg.QueryGasLimit = queryGasLimit
	cfg.StateSync.SnapshotInterval = snapshotInterval
	// Transactions wait in CometBFT's mempool, in order of arrival: measured faster than the SDK's, which checks
	// everything again. Free seat messages are moved to the front when a block is proposed.
	cfg.Mempool.MaxTxs = -1
	return cfg
}

// snapshotInterval in blocks, of a new node: with the SDK's default of none, no node could join by state sync. Two are
// kept, so that a joining node has at least this many blocks of time, some seventeen minutes, to fetch one.
const snapshotInterval = 1000
