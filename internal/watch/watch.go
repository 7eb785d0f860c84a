package watch

import (
	"context"
	"fmt"
	"slices"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/rules/beacon"
)

// Namespace begins the name of every metric of a node.
const Namespace = "aichain"

// Where a node's configuration asks for metrics.
const (
	keyComet        = "instrumentation.prometheus"          // config.toml: /metrics of CometBFT, by default at port 26660
	keySDK          = "telemetry.enabled"                   // app.toml: /metrics of the API, with the next above 0
	keySDKRetention = "telemetry.prometheus-retention-time" // seconds
)

// IsWanted says whether the configuration of a node serves Prometheus, at either place. It does not by default.
func IsWanted(opts servertypes.AppOptions) bool {
	return cast.ToBool(opts.Get(keyComet)) || cast.ToBool(opts.Get(keySDK)) && cast.ToInt64(opts.Get(keySDKRetention)) > 0
}

// Attach watches an application from its next block on and puts the metrics into a registry. It returns an error, and
// watches nothing, if the registry holds such metrics already: one registry, one node.
func Attach(a *app.App, registry prometheus.Registerer) error {
	w := &watcher{counters: newCounters(), steps: newSteps()}
	for _, c := range append(w.counters.all(), w.steps.items, w.steps.failed, newState(a)) {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("watch the node: %w", err)
		}
	}
	a.SetObserver(w.steps.ran)
	streaming := a.StreamingManager()
	streaming.ABCIListeners = append(slices.Clone(streaming.ABCIListeners), w)
	a.SetStreamingManager(streaming)
	return nil
}

// watcher hears of blocks. It returns no errors, so that BaseApp has nothing to log and nothing to stop for.
type watcher struct {
	mu       sync.Mutex // a block at a time
	counters *counters
	steps    *steps
}

var _ storetypes.ABCIListener = (*watcher)(nil)

// ListenFinalizeBlock counts a block that consensus has decided and this node has run.
func (w *watcher) ListenFinalizeBlock(_ context.Context, req abci.RequestFinalizeBlock, res abci.ResponseFinalizeBlock) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() {
		if recover() != nil {
			w.counters.failures.Inc()
		}
	}()
	w.steps.flush()
	w.counters.block(&req, &res)
	return nil
}

// ListenCommit has nothing to add.
func (*watcher) ListenCommit(context.Context, abci.ResponseCommit, []*storetypes.StoreKVPair) error {
	return nil
}

// block counts a block: its transactions and all events.
func (c *counters) block(req *abci.RequestFinalizeBlock, res *abci.ResponseFinalizeBlock) {
	c.blocks.Inc()
	c.height.Set(float64(req.Height))
	c.blockTime.Set(float64(req.Time.UnixMilli()) / 1_000)
	c.events(res.Events)
	results := res.TxResults
	if proof, _, err := beacon.Split(req.Txs); err == nil && proof != nil && len(results) > 0 {
		results = results[1:] // the proposer's proof is no transaction
	}
	for _, r := range results {
		c.transaction(r.Codespace, r.Code)
		c.events(r.Events)
	}
}
