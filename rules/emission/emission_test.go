package emission_test

import (
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/emission"
)

var update = flag.Bool("update", false, "write the answers of testdata/*.txt down")

// TestTables runs testdata/*.txt: a case is a line of input, a line of dashes, the expected answer, and an empty line.
// Lines that begin with # are for the reader.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var blocks []string
		for _, block := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n\n") {
			if input, _, isCase := strings.Cut(block, "\n----"); isCase {
				block = input + "\n----\n" + answer(t, input)
			}
			blocks = append(blocks, block)
		}
		text := strings.Join(blocks, "\n\n") + "\n"
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			continue
		}
		require.Equal(t, string(raw), text)
	}
}

// answer runs the last line of a case.
func answer(t *testing.T, input string) string {
	line := input[strings.LastIndex(input, "\n")+1:]
	var burned uint64
	var bps, seats uint32
	_, err := fmt.Sscanf(line, "burned %d rate %d seats %d", &burned, &bps, &seats)
	require.NoError(t, err, line)
	each, err := emission.PerSeat(burned, bps, seats)
	if err != nil {
		return "error: " + err.Error()
	}
	together := each * uint64(seats)
	if together > burned {
		return fmt.Sprintf("each %d, together %d, minted beyond what was burned %d", each, together, together-burned)
	}
	return fmt.Sprintf("each %d, together %d, stays burned %d", each, together, burned-together)
}

// slowly is the rule in numbers without bounds, one coin at a time where that is possible: the task earns the most whole
// uaic x with x · 10 000 ≤ burned · bps, and each seat the most whole y with y · seats ≤ x.
func slowly(burned uint64, bps, seats uint32) *big.Int {
	n := func(x uint64) *big.Int { return new(big.Int).SetUint64(x) }
	most := func(product, by *big.Int) *big.Int {
		x, over := new(big.Int).DivMod(product, by, new(big.Int))
		if over.Sign() < 0 {
			panic("a negative remainder")
		}
		return x
	}
	if seats == 0 {
		return n(0)
	}
	task := most(new(big.Int).Mul(n(burned), n(uint64(bps))), n(10_000))
	if !task.IsUint64() {
		return nil
	}
	return most(task, n(uint64(seats)))
}

func TestEqualsSlowTwin(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		burned := rapid.OneOf(rapid.Uint64Range(0, 500), rapid.Uint64()).Draw(r, "burned")
		bps := rapid.OneOf(rapid.Uint32Range(0, 10_000), rapid.Uint32()).Draw(r, "bps")
		seats := rapid.OneOf(rapid.Uint32Range(0, 20), rapid.Uint32()).Draw(r, "seats")
		got, err := emission.PerSeat(burned, bps, seats)
		want := slowly(burned, bps, seats)
		if want == nil {
			require.ErrorIs(r, err, emission.ErrOverflow)
			return
		}
		require.NoError(r, err)
		require.Equal(r, want.Uint64(), got)
	})
}

// sound draws what a chain can have.
func sound(r *rapid.T) (burned uint64, bps, seats uint32) {
	burned = rapid.OneOf(rapid.Uint64Range(0, 500), rapid.Uint64Range(0, 1<<60)).Draw(r, "burned")
	return burned, rapid.Uint32Range(0, emission.FullBps).Draw(r, "bps"), rapid.Uint32Range(1, 30).Draw(r, "seats")
}

func perSeat(r *rapid.T, burned uint64, bps, seats uint32) uint64 {
	each, err := emission.PerSeat(burned, bps, seats)
	require.NoError(r, err)
	return each
}

// TestNeverAboveTheBurnedTake: all seats together accrue at most what the task burned.
func TestNeverAboveTheBurnedTake(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		burned, bps, seats := sound(r)
		require.LessOrEqual(r, perSeat(r, burned, bps, seats)*uint64(seats), burned)
	})
}

// TestSplittingEarnsNoMore: one task cut in two, or one seat taken by two names, brings all seats together no more.
func TestSplittingEarnsNoMore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		burned, bps, seats := sound(r)
		whole := perSeat(r, burned, bps, seats) * uint64(seats)
		cut := rapid.Uint64Range(0, burned).Draw(r, "cut")
		parts := perSeat(r, cut, bps, seats) + perSeat(r, burned-cut, bps, seats)
		require.LessOrEqual(r, parts*uint64(seats), whole, "two tasks for one")

		others := rapid.Uint32Range(0, 30).Draw(r, "others")
		more := rapid.Uint32Range(1, 30).Draw(r, "more names")
		all := burned * uint64(bps) / emission.FullBps
		if burned < 1<<50 { // the product above fits
			require.LessOrEqual(r, perSeat(r, burned, bps, others+more)*uint64(others+more), all, "more names for one pot")
		}
	})
}

// TestMonotone: more burned or a higher rate never earns less, more seats to share with never more.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		burned, bps, seats := sound(r)
		base := perSeat(r, burned, bps, seats)
		require.GreaterOrEqual(r, perSeat(r, burned+rapid.Uint64Range(0, 1<<60).Draw(r, "more"), bps, seats), base)
		require.GreaterOrEqual(r, perSeat(r, burned, rapid.Uint32Range(bps, emission.FullBps).Draw(r, "higher"), seats), base)
		require.LessOrEqual(r, perSeat(r, burned, bps, seats+rapid.Uint32Range(0, 30).Draw(r, "more seats")), base)
	})
}
