package pool

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// note is a transaction as text: "signers sequence gas fee", signers joined by a plus, and behind a tilde whom it acts
// for; a fee of 0 makes it free.
type note struct {
	isProxy bool
	signers []string
	gas     uint64
	fee     int64
}

func (n note) GetMsgs() []sdk.Msg                  { return nil }
func (n note) GetMsgsV2() ([]proto.Message, error) { return nil, nil }
func (n note) GetGas() uint64                      { return n.gas }
func (n note) FeePayer() []byte                    { return []byte(n.signers[0]) }
func (n note) FeeGranter() []byte                  { return nil }
func (n note) GetFee() sdk.Coins {
	if n.fee == 0 {
		return nil
	}
	return sdk.Coins{{Denom: "u", Amount: sdkmath.NewInt(n.fee)}}
}

func (n note) GetSigners() (out [][]byte, _ error) {
	for _, s := range n.signers {
		out = append(out, []byte(s))
	}
	return out, nil
}

func decode(bz []byte) (sdk.Tx, error) {
	var who string
	var n note
	var seq int
	if _, err := fmt.Sscanf(string(bz), "%s %d %d %d", &who, &seq, &n.gas, &n.fee); err != nil {
		return nil, err
	}
	who, _, n.isProxy = strings.Cut(who, "~")
	n.signers = strings.Split(who, "+")
	return n, nil
}

// tiny is a pool in which three paying transactions and two free ones may wait.
func tiny() *Pool {
	return New(Options{
		Decode: decode, Denom: "u", IsFree: func(tx sdk.Tx) bool { return tx.(note).fee == 0 },
		Spends:        func(tx sdk.Tx) []string { return tx.(note).signers },
		ActsForOthers: func(tx sdk.Tx) bool { return tx.(note).isProxy },
		Limits:        Limits{Free: Share{Txs: 2, Signer: 2, Bytes: 1_000}, Paid: Share{Txs: 3, Signer: 2, Bytes: 60}},
	})
}

// offer checks a transaction whose ante handler returns err, and returns the code.
func offer(t *testing.T, p *Pool, tx string, isRecheck bool, err error) uint32 {
	t.Helper()
	run := func([]byte, sdk.Tx) (sdk.GasInfo, *sdk.Result, []abci.Event, error) {
		return sdk.GasInfo{}, &sdk.Result{}, nil, err
	}
	kind := abci.CheckTxType_New
	if isRecheck {
		kind = abci.CheckTxType_Recheck
	}
	res, err := p.CheckTx(run, &abci.RequestCheckTx{Tx: []byte(tx), Type: kind})
	require.NoError(t, err)
	return res.Code
}

// block is what the pool would put into one.
func block(p *Pool, gas uint64, offered ...string) (out []string) {
	var raw [][]byte
	for _, o := range offered {
		raw = append(raw, []byte(o))
	}
	for _, bz := range p.Choose(raw, Room{Bytes: 10_000, Gas: gas, IsBounded: gas > 0}) {
		out = append(out, string(bz))
	}
	return out
}

var full = sdkerrors.ErrMempoolIsFull.ABCICode()

// TestAFloodLeavesRoomForWhatIsDue: what pays fills its own share and no more; whoever pays more takes the place of the
// cheapest, who is told at the next recheck.
func TestAFloodLeavesRoomForWhatIsDue(t *testing.T) {
	p := tiny()
	for _, s := range []string{"a", "b", "c"} {
		require.Zero(t, offer(t, p, s+" 0 1000 1", false, nil))
	}
	require.Equal(t, full, offer(t, p, "d 0 1000 1", false, nil), "as cheap as the rest")
	require.Zero(t, offer(t, p, "e 0 1000 0", false, nil), "free")
	require.Zero(t, offer(t, p, "f 0 1000 0", false, nil), "free")
	require.Equal(t, full, offer(t, p, "g 0 1000 0", false, nil), "the share of the free has a limit too")
	failed := errors.New("no funds")
	require.NotZero(t, offer(t, p, "h 0 1000 9", false, failed))
	require.Len(t, block(p, 0), 5, "who cannot pay evicts nobody")
	require.Zero(t, offer(t, p, "i 0 1000 2", false, nil))
	require.Equal(t, []string{"e 0 1000 0", "f 0 1000 0", "i 0 1000 2"}, block(p, 0))
	require.Equal(t, []string{"e 0 1000 0", "f 0 1000 0", "i 0 1000 2"}, block(p, 0, "a 0 1000 1"), "though CometBFT still has it")
	require.Equal(t, full, offer(t, p, "a 0 1000 1", true, nil), "it was evicted")
	require.Equal(t, full, offer(t, p, "a 1 1000 5", false, nil), "and what follows it would come too early")
	p.Committed(1, [][]byte{[]byte("e 0 1000 0"), []byte("i 0 1000 2"), []byte("unknown")})
	require.Equal(t, []string{"f 0 1000 0"}, block(p, 0))
	require.Zero(t, offer(t, p, "a 0 1000 1", false, nil), "the same again, once there is room")
	require.Zero(t, offer(t, p, "a 1 1000 5", false, nil))
}

// TestOneSignerIsBounded: a share is not for one signer, and bytes count too.
func TestOneSignerIsBounded(t *testing.T) {
	p := tiny()
	require.Zero(t, offer(t, p, "a 0 1000 1", false, nil))
	require.Zero(t, offer(t, p, "a 1 1000 1", false, nil))
	require.Equal(t, full, offer(t, p, "a 2 1000 1", false, nil))
	require.Equal(t, full, offer(t, p, "b 0 1000 1"+strings.Repeat(" ", 60), false, nil))
	require.Equal(t, full, offer(t, p, "b 0 1000 9"+strings.Repeat(" ", 60), false, nil), "more than the share holds")
	require.Len(t, block(p, 0), 2, "nobody was evicted for it")
	require.Zero(t, offer(t, p, "c 0 1000 2"+strings.Repeat(" ", 40), false, nil), "in the place of those of a")
	require.Equal(t, []string{"c 0 1000 2" + strings.Repeat(" ", 40)}, block(p, 0))
}

// TestWhatFailsAfterABlockIsForgotten, and so is what CometBFT does not ask about any more.
func TestWhatFailsAfterABlockIsForgotten(t *testing.T) {
	p := tiny()
	require.Zero(t, offer(t, p, "a 0 1000 0", false, nil))
	require.Zero(t, offer(t, p, "b 0 1000 0", false, nil))
	p.Committed(1, nil)
	require.NotZero(t, offer(t, p, "a 0 1000 0", true, errors.New("no longer due")))
	require.Equal(t, []string{"b 0 1000 0"}, block(p, 0))
	require.NotZero(t, offer(t, p, "b 0 1000 0", false, errors.New("sent twice")))
	require.Equal(t, []string{"b 0 1000 0"}, block(p, 0), "a second copy that is refused does not remove the first")
	for h := int64(2); h <= staleBlocks; h++ {
		p.Committed(h, nil)
	}
	require.Len(t, block(p, 0), 1)
	p.Committed(staleBlocks+1, nil)
	require.Empty(t, block(p, 0))
	require.NotZero(t, offer(t, p, "bytes", false, nil))
}
