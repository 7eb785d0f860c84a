package receipt_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/tmhash"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aichain/aichain/client/receipt"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// chain is a real multistore of IAVL trees under headers that generated validators sign. As a receipt.Node it answers
// like a node.
type chain struct {
	tb     testing.TB
	id     string
	store  *rootmulti.Store
	keys   map[string]*storetypes.KVStoreKey
	blocks map[int64]*cmttypes.LightBlock
	height int64 // of the last committed state
	last   cmttypes.BlockID
	time   time.Time

	// vals sign the next header, by name; silent ones among them do not.
	vals   []string
	silent []string
	// onCommit runs before the node tells its last block.
	onCommit func()
}

func newChain(tb testing.TB, id string, vals ...string) *chain {
	tb.Helper()
	c := &chain{
		tb: tb, id: id, store: rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger()), keys: map[string]*storetypes.KVStoreKey{},
		blocks: map[int64]*cmttypes.LightBlock{}, vals: vals, time: time.Unix(1_800_000_000, 0).UTC(),
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

// key of a validator; the same in every chain.
func key(name string) ed25519.PrivKey { return ed25519.GenPrivKeyFromSecret([]byte(name)) }

func valset(tb testing.TB, names []string) *cmttypes.ValidatorSet {
	tb.Helper()
	var list []*cmttypes.Validator
	for _, n := range names {
		list = append(list, cmttypes.NewValidator(key(n).PubKey(), 100))
	}
	vals, err := cmttypes.ValidatorSetFromExistingValidators(list)
	require.NoError(tb, err)
	return vals
}

// block signs the header of the next height over the last state and commits the next state.
func (c *chain) block() {
	c.tb.Helper()
	vals := valset(c.tb, c.vals)
	c.time = c.time.Add(time.Second)
	header := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: version.BlockProtocol}, ChainID: c.id, Height: c.height + 1, Time: c.time,
		LastBlockID: c.last, LastCommitHash: tmhash.Sum([]byte("commit")), DataHash: tmhash.Sum([]byte("data")),
		ValidatorsHash: vals.Hash(), NextValidatorsHash: vals.Hash(), ConsensusHash: tmhash.Sum([]byte("params")),
		AppHash: c.store.LastCommitID().Hash, LastResultsHash: tmhash.Sum(nil), EvidenceHash: tmhash.Sum(nil),
		ProposerAddress: vals.Validators[0].Address,
	}
	c.last = cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: tmhash.Sum(header.Hash())}}
	c.blocks[header.Height] = &cmttypes.LightBlock{
		SignedHeader: &cmttypes.SignedHeader{Header: header, Commit: c.sign(header, c.last, vals)}, ValidatorSet: vals,
	}
	c.height = c.store.Commit().Version
}

// sign is the commit over a block by all validators that are not silent.
func (c *chain) sign(h *cmttypes.Header, id cmttypes.BlockID, vals *cmttypes.ValidatorSet) *cmttypes.Commit {
	c.tb.Helper()
	commit := &cmttypes.Commit{Height: h.Height, Round: 1, BlockID: id, Signatures: make([]cmttypes.CommitSig, vals.Size())}
	for i, v := range vals.Validators {
		commit.Signatures[i] = cmttypes.NewCommitSigAbsent()
		at := slices.IndexFunc(c.vals, func(n string) bool { return string(key(n).PubKey().Address()) == string(v.Address) })
		if slices.Contains(c.silent, c.vals[at]) {
			continue
		}
		commit.Signatures[i] = cmttypes.CommitSig{BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: v.Address, Timestamp: h.Time.Add(time.Duration(i) * time.Millisecond)}
		sig, err := key(c.vals[at]).Sign(commit.VoteSignBytes(c.id, int32(i)))
		require.NoError(c.tb, err)
		commit.Signatures[i].Signature = sig
	}
	return commit
}

// blocksUntil makes blocks until the state of the height is committed.
func (c *chain) blocksUntil(height int64) {
	c.tb.Helper()
	for c.height < height {
		c.block()
	}
}

func (c *chain) ABCIQueryWithOptions(_ context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error) {
	res, err := c.store.Query(&storetypes.RequestQuery{Path: path[len("/store"):], Data: data, Height: opts.Height, Prove: opts.Prove})
	if err != nil {
		return nil, err
	}
	return &ctypes.ResultABCIQuery{Response: abci.ResponseQuery{Key: res.Key, Value: res.Value, ProofOps: res.ProofOps, Height: res.Height, Code: res.Code, Log: res.Log}}, nil
}

func (c *chain) Commit(_ context.Context, height *int64) (*ctypes.ResultCommit, error) {
	if height == nil && c.onCommit != nil {
		c.onCommit()
	}
	at := c.height
	if height != nil {
		at = *height
	}
	b := c.blocks[at]
	if b == nil {
		return nil, fmt.Errorf("no block %d", at)
	}
	return ctypes.NewResultCommit(b.Header, b.Commit, true), nil
}

func (c *chain) Validators(_ context.Context, height *int64, page, perPage *int) (*ctypes.ResultValidators, error) {
	all := c.blocks[*height].ValidatorSet.Validators
	from := min((*page-1)**perPage, len(all))
	return &ctypes.ResultValidators{BlockHeight: *height, Validators: all[from:min(from+*perPage, len(all))], Total: len(all)}, nil
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
	t, err := receipt.TrustHash(height, c.blocks[height].Hash())
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
func (c *chain) now() receipt.Options { return receipt.Options{Now: c.time.Add(time.Minute)} }
