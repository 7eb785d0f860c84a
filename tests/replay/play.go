package replay

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/tests/sim"
)

// every so many blocks there is a line.
const every = 50

// story is what came of a recording.
type story struct {
	lines   []string       // one for every 50th block
	events  map[string]int // by the last part of their names
	txs     int
	refused int
}

// play runs a recording on a new application with a database in memory.
func play(tb testing.TB, r *sim.Recording) *story {
	tb.Helper()
	opts := simtestutil.AppOptionsMap{flags.FlagHome: tb.TempDir()}
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, opts, baseapp.SetChainID(r.Init.ChainId))
	_, err := a.InitChain(r.Init)
	require.NoError(tb, err)
	s, since, start := &story{events: map[string]int{}}, sha256.New(), time.Now()
	for _, block := range r.Blocks {
		res, err := a.FinalizeBlock(block)
		require.NoError(tb, err, "block %d", block.Height)
		_, err = a.Commit()
		require.NoError(tb, err, "block %d", block.Height)
		app := a.LastCommitID().Hash
		s.note(tb, res)
		digest(tb, since, res)
		since.Write(app)
		if block.Height%every == 0 {
			s.lines = append(s.lines, fmt.Sprintf("%4d %X %x", block.Height, app, since.Sum(nil)[:8]))
			since.Reset()
			tb.Logf("block %d after %s on %s/%s", block.Height, time.Since(start).Round(time.Second), runtime.GOOS, runtime.GOARCH)
		}
	}
	return s
}

// digest adds all that a block returned but the prose of errors, which is not agreed upon.
func digest(tb testing.TB, to hash.Hash, res *abci.ResponseFinalizeBlock) {
	tb.Helper()
	agreed := *res
	agreed.TxResults = make([]*abci.ExecTxResult, len(res.TxResults))
	for i, r := range res.TxResults {
		tx := *r
		tx.Log, tx.Info = "", ""
		agreed.TxResults[i] = &tx
	}
	bz, err := proto.Marshal(&agreed)
	require.NoError(tb, err)
	to.Write(bz)
}

// note counts what happened.
func (s *story) note(tb testing.TB, res *abci.ResponseFinalizeBlock) {
	tb.Helper()
	events := slices.Clone(res.Events)
	for _, r := range res.TxResults {
		s.txs++
		if r.Code != 0 {
			s.refused++
		}
		events = append(events, r.Events...)
	}
	for _, e := range events {
		if name, ours := strings.CutPrefix(e.Type, "aichain."); ours {
			s.events[name[strings.LastIndex(name, ".")+1:]]++
		}
		if e.Type == govtypes.EventTypeActiveProposal && slices.ContainsFunc(e.Attributes, isPassed) {
			s.events[passed]++
		}
	}
}

// passed is what a change of parameters is counted as.
const passed = "proposals passed"

func isPassed(a abci.EventAttribute) bool {
	return a.Key == govtypes.AttributeKeyProposalResult && a.Value == govtypes.AttributeValueProposalPassed
}

// String is the golden file.
func (s *story) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The recorded chain; see doc.go. %d transactions, %d of them refused, and in them and the block steps:\n", s.txs, s.refused)
	for _, name := range slices.Sorted(maps.Keys(s.events)) {
		fmt.Fprintf(&b, "# %6d %s\n", s.events[name], name)
	}
	b.WriteString("#\n# height, app hash, digest of the results and app hashes since the line before\n")
	for _, l := range s.lines {
		b.WriteString(l + "\n")
	}
	return b.String()
}
