package story

import (
	"fmt"
	"strings"

	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// Disputes is a table of disputes, one a line; names are monikers by address, as far as known.
func Disputes(list []attesttypes.Dispute, names map[string]string) string {
	if len(list) == 0 {
		return "No disputes.\n"
	}
	var b strings.Builder
	row := func(cells ...any) {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%7v  %-9v  %-16v  %-16v  %-14v  %5v  %8v", cells...), " "))
	}
	row("dispute", "origin", "solver", "challenger", "state", "moves", "block")
	for i := range list {
		d := &list[i]
		state, block := stateOf(d)
		row(d.Id, strings.ToLower(strings.TrimPrefix(d.Origin.String(), "DISPUTE_ORIGIN_")),
			clip(nameOf(names, d.Solver), 16), clip(nameOf(names, d.Challenger), 16), state, len(d.Moves), block)
	}
	b.WriteString("\nblock: of the end, or the last one for the next move. The whole story: query attest dispute DISPUTE\n")
	return b.String()
}

// clip cuts a word to a column.
func clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// stateOf is the phase or the end of a dispute in two words, and the block that belongs to it.
func stateOf(d *attesttypes.Dispute) (state, block string) {
	name, height := strings.TrimPrefix(d.Phase.String(), "DISPUTE_PHASE_"), d.Deadline
	if !d.IsOpen() {
		name, height = strings.TrimPrefix(d.End.String(), "DISPUTE_END_"), d.CloseHeight
	}
	if name = strings.ToLower(strings.ReplaceAll(name, "_", " ")); name == "challenger silent" {
		name = "chall. silent"
	}
	if height == 0 {
		return name, "-"
	}
	return name, fmt.Sprint(height)
}
