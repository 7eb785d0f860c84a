package audit_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/audit"
)

func number(t *testing.T, s string, bits int) uint64 {
	t.Helper()
	v, err := strconv.ParseUint(s, 10, bits)
	require.NoError(t, err)
	return v
}

func TestVectors(t *testing.T) {
	f, err := os.Open("testdata/vectors.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	cases := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		cases++
		parts := strings.Split(line, "|")
		require.Len(t, parts, 3)
		w := strings.Fields(parts[0])
		require.Len(t, w, 4)
		beacon, err := hex.DecodeString(strings.Trim(w[1], "-"))
		require.NoError(t, err)
		task, round := number(t, w[2], 64), uint32(number(t, w[3], 32))
		lot := uint32(number(t, strings.TrimSpace(parts[1]), 32))
		require.False(t, audit.IsDrawn(w[0], beacon, task, round, lot), line)
		require.True(t, audit.IsDrawn(w[0], beacon, task, round, lot+1), line)
		seed := audit.Seed(w[0], beacon, task, round)
		require.Equal(t, strings.TrimSpace(parts[2]), hex.EncodeToString(seed[:]), line)
	}
	require.Equal(t, 8, cases)
}

// TestBounds: never at 0, always at 10 000 and above.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beacon := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "beacon")
		task, round := rapid.Uint64().Draw(t, "task"), rapid.Uint32().Draw(t, "round")
		require.False(t, audit.IsDrawn("c", beacon, task, round, 0))
		require.True(t, audit.IsDrawn("c", beacon, task, round, rapid.Uint32Min(10_000).Draw(t, "all")))
	})
}

// slowIsDrawn is the plain twin: exact fractions, x/2^64 < bps/10 000 rounded up to a multiple of 2^-64.
func slowIsDrawn(chainID string, beacon []byte, task uint64, round, bps uint32) bool {
	var b []byte
	for _, f := range []string{"aichain/audit/lot/v1", chainID, string(beacon)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	b = binary.BigEndian.AppendUint64(b, task)
	b = binary.BigEndian.AppendUint32(b, round)
	h := sha256.Sum256(b)
	x := new(big.Rat).SetFrac(new(big.Int).SetBytes(h[:8]), new(big.Int).Lsh(big.NewInt(1), 64))
	lot := new(big.Int).Quo(new(big.Int).Mul(x.Num(), big.NewInt(10_000)), x.Denom())
	return lot.Cmp(big.NewInt(int64(bps))) < 0
}

// TestIsDrawnEqualsItsPlainTwin, and a higher rate never takes an audit away.
func TestIsDrawnEqualsItsPlainTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chain := rapid.StringN(0, 12, 12).Draw(t, "chain")
		beacon := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "beacon")
		task, round := rapid.Uint64().Draw(t, "task"), rapid.Uint32().Draw(t, "round")
		bps := rapid.Uint32Range(0, 10_001).Draw(t, "bps")
		drawn := audit.IsDrawn(chain, beacon, task, round, bps)
		require.Equal(t, slowIsDrawn(chain, beacon, task, round, bps), drawn)
		if drawn {
			require.True(t, audit.IsDrawn(chain, beacon, task, round, bps+rapid.Uint32Range(0, 10_000).Draw(t, "more")))
		}
	})
}

// TestRate draws 200 000 rounds at the usual rate under a fixed beacon: the share is within 4 standard deviations, for
// all tasks, for a task's rounds, and in every one of 100 stretches of tasks (within 5).
func TestRate(t *testing.T) {
	const tasks, bps = 200_000, 500
	beacon := sha256.Sum256([]byte("beacon"))
	total, stretch := 0, [100]int{}
	rounds := [2]int{}
	for task := range uint64(tasks) {
		for round := range uint32(2) {
			if audit.IsDrawn("aichain-1", beacon[:], task, round, bps) {
				rounds[round]++
				total++
				stretch[task/(tasks/100)]++
			}
		}
	}
	near := func(got, n, sigmas int) {
		t.Helper()
		// n·p(1−p) = n·0.0475; squared distance against sigmas² of it, in integers.
		d := got*10_000 - n*bps
		require.LessOrEqual(t, d*d, sigmas*sigmas*n*bps*(10_000-bps), "%d of %d", got, n)
	}
	near(total, 2*tasks, 4)
	near(rounds[0], tasks, 4)
	near(rounds[1], tasks, 4)
	for _, n := range stretch {
		near(n, 2*tasks/100, 5)
	}
}

// TestLotSaysNothingOfTheSeed: among the drawn rounds the first byte of the seed is as even as among the others.
func TestLotSaysNothingOfTheSeed(t *testing.T) {
	beacon := sha256.Sum256([]byte("beacon"))
	high, drawn := 0, 0
	for task := range uint64(100_000) {
		if audit.IsDrawn("aichain-1", beacon[:], task, 0, 500) {
			drawn++
			if seed := audit.Seed("aichain-1", beacon[:], task, 0); seed[0] >= 128 {
				high++
			}
		}
	}
	d := 2*high - drawn
	require.LessOrEqual(t, d*d, 16*drawn, "%d of %d", high, drawn)
}

// TestEverythingCounts: each field alone changes the seed, and the fields cannot run together.
func TestEverythingCounts(t *testing.T) {
	base := audit.Seed("chain", []byte{1}, 7, 0)
	for name, other := range map[string][32]byte{
		"chain":  audit.Seed("chain2", []byte{1}, 7, 0),
		"beacon": audit.Seed("chain", []byte{2}, 7, 0),
		"task":   audit.Seed("chain", []byte{1}, 8, 0),
		"round":  audit.Seed("chain", []byte{1}, 7, 1),
		"border": audit.Seed("chai", []byte{'n', 1}, 7, 0),
	} {
		require.NotEqual(t, base, other, name)
	}
}

func BenchmarkIsDrawn(b *testing.B) {
	beacon := make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		audit.IsDrawn("aichain-1", beacon, 7, 0, 500)
	}
}

// TestRank compares with values made by a separate program (Python's hashlib), and the line with a fair one: whatever the
// task's number, half of the beacons put it into the first half.
func TestRank(t *testing.T) {
	require.Equal(t, uint64(17538062487480428431), audit.Rank("aichain-1", make([]byte, 32), 1, 0))
	counting := make([]byte, 32)
	for i := range counting {
		counting[i] = byte(i)
	}
	require.Equal(t, uint64(17989671826768623321), audit.Rank("aichain-1", counting, 1<<64-1, 1<<32-1))
	for _, task := range []uint64{1, 2, 1 << 40} {
		low := 0
		for i := range 4_000 {
			beacon := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
			if audit.Rank("c", beacon[:], task, 0) < 1<<63 {
				low++
			}
		}
		require.InDelta(t, 2_000, low, 130)
	}
}
