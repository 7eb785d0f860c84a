package receipt_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/client/receipt"
	"github.com/aichain/aichain/client/receipt/receipttest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// chain is a real multistore of IAVL trees under signed headers. As a receipt.Node it answers like a node.
type chain struct {
	*receipttest.Headers
	tb    testing.TB
	store *rootmulti.Store
	keys  map[string]*storetypes.KVStoreKey
}

func newChain(tb testing.TB, id string, vals ...string) *chain {
	tb.Helper()
	c := &chain{
		Headers: receipttest.New(tb, id, 0, vals...), tb: tb,
		store: rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger()), keys: map[string]*storetypes.KVStoreKey{},
	}
	for _, name := range []string{"acc", "attest", "bank", "compute", "gov", "reward", "staking"} {
		c.keys[name] = storetypes.NewKVStoreKey(name)
		c.store.MountStoreWithDB(c.keys[name], storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(tb, c.store.LoadLatestVersion())
	for i := range uint64(20) { // neighbours, so that proofs have some length
		c.set("bank", []byte(fmt.Sprint("balance", i)), []byte{1})
		c.set("compute", receipt.TaskKey(1000+i), []byte{1})
		c.set("attest", receipt.RoundKey(1000+i, 0), []byte{1})
	}
	c.set("attest", attesttypes.ParamsKey.Bytes(), []byte{1})
	c.blocksUntil(5)
	return c
}

func (c *chain) set(store string, key, value []byte) {
	c.store.GetKVStore(c.keys[store]).Set(key, value)
}

func (c *chain) remove(store string, key []byte) { c.store.GetKVStore(c.keys[store]).Delete(key) }

// blocksUntil makes blocks until the state of the height is committed; its app hash is in no header yet.
func (c *chain) blocksUntil(height int64) {
	c.tb.Helper()
	for c.Height < height {
		c.Next(c.store.LastCommitID().Hash)
		c.store.Commit()
	}
}

func (c *chain) ABCIQueryWithOptions(_ context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error) {
	res, err := c.store.Query(&storetypes.RequestQuery{Path: path[len("/store"):], Data: data, Height: opts.Height, Prove: opts.Prove})
	if err != nil {
		return nil, err
	}
	return &ctypes.ResultABCIQuery{Response: abci.ResponseQuery{Key: res.Key, Value: res.Value, ProofOps: res.ProofOps, Height: res.Height, Code: res.Code, Log: res.Log}}, nil
}

// life is what the state holds about one task.
type life struct {
	task   computetypes.Task
	model  computetypes.Model
	rounds []attesttypes.Round
	dcase  *attesttypes.Case
}

// store writes a life into the next state.
func (c *chain) storeLife(l life) {
	c.tb.Helper()
	put := func(store string, key []byte, m interface{ Marshal() ([]byte, error) }) {
		bz, err := m.Marshal()
		require.NoError(c.tb, err)
		c.set(store, key, bz)
	}
	put("compute", receipt.TaskKey(l.task.Id), &l.task)
	put("compute", receipt.ModelKey(l.model.Id), &l.model)
	for i := range l.rounds {
		put("attest", receipt.RoundKey(l.task.Id, uint32(i)), &l.rounds[i])
	}
	if l.dcase != nil {
		put("attest", receipt.CaseKey(l.task.Id), l.dcase)
	}
}

// prune removes what the modules remove of a task after the retention window.
func (c *chain) prune(l life) {
	c.remove("compute", receipt.TaskKey(l.task.Id))
	for i := range l.rounds {
		c.remove("attest", receipt.RoundKey(l.task.Id, uint32(i)))
	}
}

// export makes a receipt, which must succeed.
func (c *chain) export(task uint64, o receipt.ExportOptions) receipt.Receipt {
	c.tb.Helper()
	r, err := receipt.Export(context.Background(), c, task, o)
	require.NoError(c.tb, err)
	return r
}

// trust the header of a height, by its hash or as a whole block.
func (c *chain) trustHash(height int64) receipt.Trust {
	c.tb.Helper()
	t, err := receipt.TrustHash(height, c.Hash(height))
	require.NoError(c.tb, err)
	return t
}

func (c *chain) trustBlock(height int64) receipt.Trust {
	c.tb.Helper()
	b, err := receipt.FetchBlock(context.Background(), c, height)
	require.NoError(c.tb, err)
	t, err := receipt.TrustBlock(b)
	require.NoError(c.tb, err)
	return t
}

// now is the reader's time: a minute after the last block.
func (c *chain) now() receipt.Options { return receipt.Options{Now: c.Time.Add(time.Minute)} }
