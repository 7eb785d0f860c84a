package match_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/match"
)

func cases(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	require.NotEmpty(t, out)
	return out
}

func number(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 64)
	require.NoError(t, err)
	return n
}

func TestScreen(t *testing.T) {
	names := map[string]match.Fit{
		"Fits": match.Fits, "OwnProvider": match.OwnProvider, "AlreadySeated": match.AlreadySeated, "Draining": match.Draining,
		"PriceAboveCeiling": match.PriceAboveCeiling, "NoFreeSlot": match.NoFreeSlot, "BondTooLow": match.BondTooLow,
	}
	need := match.Need{Ceiling: 50, SeatLien: 1000, Own: []string{"alice", "bob"}, Seated: []string{"carol"}}
	for _, line := range cases(t, "screen.txt") {
		in, want, _ := strings.Cut(line, "|")
		f := strings.Fields(in)
		got := match.Screen(match.Candidate{
			Provider: f[0], Draining: f[1] == "yes",
			FreeSlots: uint32(number(t, f[2])), FreeBond: number(t, f[3]), WorstPrice: number(t, f[4]),
		}, need)
		require.Equal(t, names[strings.TrimSpace(want)], got, line)
	}
}

func TestNobodyWithoutFreeBondFits(t *testing.T) {
	require.Equal(t, match.BondTooLow, match.Screen(match.Candidate{Provider: "dave", FreeSlots: 1}, match.Need{}))
}

func TestLien(t *testing.T) {
	for _, line := range cases(t, "lien.txt") {
		in, want, _ := strings.Cut(line, "->")
		f := strings.Fields(in)
		ceiling := match.Ceiling(number(t, f[0]), uint32(number(t, f[1])), uint32(number(t, f[2])))
		lien := match.SeatLien(ceiling, uint32(number(t, f[3])), number(t, f[4]))
		require.Equal(t, strings.TrimSpace(want), fmt.Sprint(ceiling, " ", lien), line)
	}
}

// Whatever the price, the seats that it must pay for never cost more than it, and one uaic more a seat would.
func TestTheCeilingPaysForTheSeatsAndTheAudit(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		price := rapid.Uint64().Draw(r, "price")
		seats := rapid.Uint32Range(1, 32).Draw(r, "seats")
		bps := rapid.Uint32Range(0, 10_000).Draw(r, "audit")
		priced := uint64(match.PricedSeats(seats, bps))
		require.Equal(r, bps > 0, priced == uint64(seats)+1)
		ceiling := match.Ceiling(price, seats, bps)
		require.LessOrEqual(r, ceiling*priced, price)
		require.Greater(r, priced, price-ceiling*priced, "the rest is less than one uaic a seat")
	})
}

func TestSeedVectors(t *testing.T) {
	for _, line := range cases(t, "seed.txt") {
		in, want, _ := strings.Cut(line, "->")
		f := strings.Fields(in)
		beacon, err := hex.DecodeString(f[1])
		require.NoError(t, err)
		seed := match.Seed(f[0], beacon, number(t, f[2]), uint32(number(t, f[3])))
		s := match.NewStream(seed)
		got := fmt.Sprintf("%x |", seed)
		for range 5 {
			got += fmt.Sprintf(" %016x", s.Uint64())
		}
		require.Equal(t, strings.TrimSpace(want), got, line)
	}
}

// Every field of the seed matters, and no two fields can be shifted into one another.
func TestSeedBindsEveryField(t *testing.T) {
	seen := map[[32]byte]bool{}
	for _, chain := range []string{"a", "ab", ""} {
		for _, beacon := range []string{"b", "", "bb"} {
			for id := range uint64(3) {
				for round := range uint32(3) {
					seen[match.Seed(chain, []byte(beacon), id, round)] = true
				}
			}
		}
	}
	require.Len(t, seen, 81)
}
