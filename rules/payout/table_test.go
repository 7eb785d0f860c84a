package payout_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/payout"
)

var update = flag.Bool("update", false, "write the answers of the code into the tables")

var (
	fates = map[string]payout.Fate{
		"right": payout.Right, "wrong": payout.Wrong, "no-commit": payout.NoCommit,
		"no-reveal": payout.NoReveal, "freed": payout.Freed, "no-defence": payout.NoDefence,
	}
	whys = map[payout.Why]string{
		payout.WhySeat: "for its seat", payout.WhyModelFee: "of the model fee",
		payout.WhySlashReward: "as slash reward",
	}
)

// TestTables runs testdata/*.txt: a case is some lines of input, a line of dashes, the expected answer, and
// an empty line. Lines that begin with # are for the reader.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runTable(t, file) })
	}
}

func runTable(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var got strings.Builder
	for _, block := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n\n") {
		input, _, isCase := strings.Cut(block, "\n----")
		if !isCase {
			fmt.Fprintf(&got, "%s\n\n", block)
			continue
		}
		fmt.Fprintf(&got, "%s\n----\n%s\n", input, answer(parse(t, input)))
	}
	text := strings.TrimRight(got.String(), "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return
	}
	require.Equal(t, string(raw), text)
}

// parse reads the input lines of a case.
func parse(t *testing.T, text string) payout.Input {
	in := payout.Input{Settled: true}
	for _, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch word {
		case "", "#":
		case "escrow":
			_, err = fmt.Sscanf(rest, "%d", &in.Escrow)
		case "refund":
			in.Settled = false
		case "tokens":
			_, err = fmt.Sscanf(rest, "in %d out %d", &in.InTokens, &in.OutTokens)
		case "rates":
			r := &in.Rates
			_, err = fmt.Sscanf(rest, "take %d take-burn %d slash-burn %d soft-fault %d model-fee %d",
				&r.Take, &r.TakeBurn, &r.SlashBurn, &r.SoftFault, &r.ModelFee)
		case "split":
			var s payout.Split
			_, err = fmt.Sscanf(rest, "%s %d", &s.Recipient, &s.ShareBps)
			in.Splits = append(in.Splits, s)
		case "seat":
			var s payout.Seat
			var fate string
			_, err = fmt.Sscanf(rest, "%s %s lien %d price %d %d", &s.Provider, &fate, &s.Lien, &s.PriceIn, &s.PriceOut)
			s.Fate = fates[fate]
			in.Seats = append(in.Seats, s)
		default:
			t.Fatalf("unknown line %q", line)
		}
		require.NoError(t, err, line)
	}
	return in
}

// answer writes an outcome as a reader would.
func answer(in payout.Input) string {
	out, err := payout.Settle(in)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, tr := range out.Transfers {
		fmt.Fprintf(&b, "%s gets %d %s\n", tr.Recipient, tr.Amount, whys[tr.Why])
	}
	fmt.Fprintf(&b, "validators get %d, burned %d of the take\n", out.Validators, out.BurnedTake)
	fmt.Fprintf(&b, "payer gets back %d\n", out.Refund)
	for i, end := range out.Seats {
		fmt.Fprintf(&b, "lien of %s: slashed %d, held %d, freed %d\n", in.Seats[i].Provider, end.Slash, end.Hold, end.Free)
	}
	if out.Slashed > 0 {
		fmt.Fprintf(&b, "slashed %d: rewarded %d, burned %d\n", out.Slashed, out.Rewarded, out.BurnedSlash)
	}
	return b.String()
}
