package keeper_test

import (
	"bytes"
	"context"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/keeper"
	"github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

const chainID = "aichain-test-1"

// validators is x/staking as the beacon sees it: operators by consensus address, which may change hands.
type validators struct {
	byCons map[string]sdk.ValAddress
}

func (v validators) GetValidatorByConsAddr(_ context.Context, cons sdk.ConsAddress) (stakingtypes.Validator, error) {
	op, ok := v.byCons[string(cons)]
	if !ok {
		return stakingtypes.Validator{}, stakingtypes.ErrNoValidatorFound
	}
	return stakingtypes.Validator{OperatorAddress: op.String()}, nil
}

func (v validators) GetValidator(_ context.Context, addr sdk.ValAddress) (stakingtypes.Validator, error) {
	for _, op := range v.byCons {
		if op.Equals(addr) {
			return stakingtypes.Validator{OperatorAddress: op.String()}, nil
		}
	}
	return stakingtypes.Validator{}, stakingtypes.ErrNoValidatorFound
}

// world is the module with two validators, a and b.
type world struct {
	t    testing.TB
	ctx  sdk.Context
	k    *keeper.Keeper
	msgs types.MsgServer
	vals validators
	key  *storetypes.KVStoreKey
}

var authority = authtypes.NewModuleAddress("gov").String()

func operator(name string) sdk.ValAddress {
	return sdk.ValAddress(bytes.Repeat([]byte{name[0]}, 20))
}

func cons(name string) sdk.ConsAddress {
	return sdk.ConsAddress(bytes.Repeat([]byte{name[0] - 32}, 20))
}

// vrfKey is the n-th key of a validator.
func vrfKey(t testing.TB, name string, n byte) vrf.Key {
	t.Helper()
	seed := make([]byte, vrf.SeedSize)
	seed[0], seed[1] = name[0], n
	k, err := vrf.FromSeed(seed)
	require.NoError(t, err)
	return k
}

func emptyWorld(t testing.TB, id string) *world {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	tc := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t"))
	w := &world{
		t: t, ctx: tc.Ctx.WithBlockHeader(cmtproto.Header{ChainID: id}).WithChainID(id), key: key,
		vals: validators{byCons: map[string]sdk.ValAddress{string(cons("a")): operator("a"), string(cons("b")): operator("b")}},
	}
	enc := moduletestutil.MakeTestEncodingConfig()
	ops := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ValidatorAddrPrefix())
	w.k = keeper.NewKeeper(enc.Codec, runtime.NewKVStoreService(key), ops, w.vals, authority)
	w.msgs = keeper.NewMsgServer(w.k)
	return w
}

// newWorld starts with a's first key in force, none for b, epochs of 10 blocks and a history of 100.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := emptyWorld(t, chainID)
	require.NoError(t, w.k.InitGenesis(w.ctx, genesis(t)))
	return w
}

func genesis(t testing.TB) *types.GenesisState {
	t.Helper()
	a := vrfKey(t, "a", 1)
	return &types.GenesisState{
		Params: types.Params{Source: types.SOURCE_VRF, EpochBlocks: 10, HistoryBlocks: 100},
		Keys:   []types.VrfKey{{Validator: operator("a").String(), Key: a.Public()}},
		Proofs: [][]byte{a.Prove(beacon.Possession(chainID, operator("a")))},
	}
}

// block begins the next block, proposed by a, with a proof for the beacon or none.
func (w *world) block(proof []byte) {
	w.t.Helper()
	w.ctx = w.ctx.WithBlockHeight(w.ctx.BlockHeight() + 1).WithHeaderHash([]byte{byte(w.ctx.BlockHeight())}).WithEventManager(sdk.NewEventManager())
	require.NoError(w.t, w.k.Mix(w.ctx, keeper.Said{Proposer: cons("a"), Proof: proof}))
	require.NoError(w.t, w.k.Invariants(w.ctx))
}

// to runs silent blocks up to a height.
func (w *world) to(height int64) {
	w.t.Helper()
	for w.ctx.BlockHeight() < height {
		w.block(nil)
	}
}

// proof is what a key says in the next block.
func (w *world) proof(key vrf.Key) []byte {
	w.t.Helper()
	next := uint64(w.ctx.BlockHeight()) + 1
	previous, err := w.k.At(w.ctx, next-1)
	require.NoError(w.t, err)
	return key.Prove(beacon.Alpha(chainID, previous, next))
}

func (w *world) at(height int64) []byte {
	w.t.Helper()
	v, err := w.k.At(w.ctx, uint64(height))
	require.NoError(w.t, err)
	return v
}

// register is the message with a true proof of possession.
func register(t testing.TB, name string, key vrf.Key) *types.MsgRegisterVrfKey {
	t.Helper()
	return &types.MsgRegisterVrfKey{Validator: operator(name).String(), Key: key.Public(), Proof: key.Prove(beacon.Possession(chainID, operator(name)))}
}

// state is everything in the store.
func (w *world) state() map[string]string {
	out := map[string]string{}
	it := w.ctx.KVStore(w.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		out[string(it.Key())] = string(it.Value())
	}
	return out
}
