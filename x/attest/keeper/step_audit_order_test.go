package keeper

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// TestTwoMessagesSealInOneBlock: each message of a provider has a record of its own, also through an export. Lots are drawn
// in the order of their first tasks.
func TestTwoMessagesSealInOneBlock(t *testing.T) {
	f := newFixture(t)
	f.postAudited(1, 10_000)
	f.postAudited(2, 10_000)
	f.postAudited(3, 10_000)
	f.sealAll(3)
	before := f.dump()
	f.sealAll(1, 2)
	for key, value := range linesOf(before) {
		if strings.HasPrefix(key, hex.EncodeToString(types.SealedKey.Bytes())) {
			require.Equal(t, value, linesOf(f.dump())[key], "not written again")
		}
	}
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	want := []types.Sealed{
		{Height: matchHeight, Provider: account(2), TaskIds: []uint64{1, 2}},
		{Height: matchHeight, Provider: account(2), TaskIds: []uint64{3}},
	}
	require.Equal(t, want, gs.Sealed)
	require.NoError(t, gs.Validate())

	other := newFixture(t)
	require.NoError(t, other.k.InitGenesis(other.ctx, gs))
	require.Equal(t, f.dump(), other.dump())
	f.at(matchHeight + 1)
	taken, err := f.k.takeSealed(f.ctx)
	require.NoError(t, err)
	require.Equal(t, want, taken)
	f.begin(matchHeight + 1)
	require.Zero(t, f.events("EventAuditSkipped"), "all are taken")
}

// TestInLine: the order is that of a sort which hashes both ranks whenever it compares two rounds.
func TestInLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beacon := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "beacon")
		drawn := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) lot {
			return lot{rapid.Uint64Range(1, 50).Draw(t, "task"), rapid.Uint32Range(0, 2).Draw(t, "round")} // some twice
		}), 0, 100).Draw(t, "drawn")
		given, want := slices.Clone(drawn), slices.Clone(drawn)
		slices.SortStableFunc(want, func(a, b lot) int {
			return cmp.Compare(audit.Rank(testChain, beacon, a.taskID, a.round), audit.Rank(testChain, beacon, b.taskID, b.round))
		})
		require.Equal(t, want, inLine(testChain, beacon, drawn))
		require.Equal(t, given, drawn)
	})
}

// BenchmarkInLine puts 12 000 drawn rounds in line, more than a block of commitments at the usual rate leads to.
func BenchmarkInLine(b *testing.B) {
	drawn := make([]lot, 12_000)
	for i := range drawn {
		drawn[i].taskID = uint64(i)
	}
	for b.Loop() {
		inLine(testChain, make([]byte, 32), drawn)
	}
}

// BenchmarkSeal is what a message adds that completes one round that may be audited, after 12 000 such messages of the same
// provider in the block.
func BenchmarkSeal(b *testing.B) {
	f := newFixture(b)
	ctx := unmetered(f.ctx)
	r := types.Round{Refereed: true, AuditBps: 500, Phase: types.ROUND_PHASE_REVEAL, Role: computetypes.SEAT_ROLE_PRIMARY}
	for range 3 {
		r.Seats = append(r.Seats, types.Seat{Commitment: make([]byte, 32)})
	}
	require.True(b, r.MayBeAudited())
	next := func() {
		r.TaskId++
		require.NoError(b, f.k.seal(ctx, sender{height: heightOf(ctx), name: account(1)}, []change{{round: r}}))
	}
	for range 12_000 {
		next()
	}
	for b.Loop() {
		next()
	}
}
