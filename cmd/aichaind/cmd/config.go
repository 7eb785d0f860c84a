package cmd

import (
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/rules/payout"
)

const (
	// blockTime is the pause after a commit. The SDK replaces CometBFT's default of exactly one second by five.
	blockTime = 999 * time.Millisecond
	// minGasPrice of a new node: the chain's own least price, 1 uaic per 1 000 gas.
	minGasPrice = "0.001" + payout.Denom
	// queryGasLimit bounds a query; the SDK's default is no bound.
	queryGasLimit = 50_000_000
	// gossipTxs and gossipBytes of CometBFT's mempool are more than the application lets wait (app/pool, which says what
	// may and what goes first), so that it never refuses what is due; it remembers twice as many.
	gossipTxs   = 30_000
	gossipBytes = 128 << 20
)

// cometConfig is the config.toml of a new home.
func cometConfig() *cmtcfg.Config {
	cfg := cmtcfg.DefaultConfig()
	cfg.Consensus.TimeoutCommit = blockTime
	cfg.DBBackend = dbBackend
	cfg.Mempool.Size, cfg.Mempool.MaxTxsBytes = gossipTxs, gossipBytes
	cfg.Mempool.CacheSize = 2 * gossipTxs
	cfg.Mempool.MaxTxBytes = ante.MaxTxBytes
	return cfg
}

// nodeConfig is the app.toml of a new home.
func nodeConfig() *serverconfig.Config {
	cfg := serverconfig.DefaultConfig()
	cfg.MinGasPrices = minGasPrice
	cfg.QueryGasLimit = queryGasLimit
	cfg.StateSync.SnapshotInterval = snapshotInterval
	// Blocks are ordered by app/pool. The SDK's mempools would check everything again with every proposal.
	cfg.Mempool.MaxTxs = -1
	return cfg
}

// snapshotInterval in blocks, of a new node: with the SDK's default of none, no node could join by state sync. Two are
// kept, so that a joining node has at least this many blocks of time, some seventeen minutes, to fetch one.
const snapshotInterval = 1000
