package flow

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	sdkmath "cosmossdk.io/math"

	"github.com/cockroachdb/datadriven"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
)

// line is one command of a script: a word, names, and named values.
type line struct {
	word   string
	names  []string
	values map[string][]string
}

// parseLine reads `word name name key=value key=(v, v)`.
func parseLine(text string) (line, error) {
	word, args, err := datadriven.ParseLine(text)
	if err != nil {
		return line{}, err
	}
	return newLine(word, args), nil
}

func newLine(word string, args []datadriven.CmdArg) line {
	l := line{word: word, values: map[string][]string{}}
	for _, a := range args {
		if len(a.Vals) == 0 {
			l.names = append(l.names, a.Key)
			continue
		}
		l.values[a.Key] = a.Vals
	}
	return l
}

// take removes a plain word from the names and says whether it was there.
func (l *line) take(word string) bool {
	for i, n := range l.names {
		if n == word {
			l.names = append(append([]string(nil), l.names[:i]...), l.names[i+1:]...)
			return true
		}
	}
	return false
}

func (l *line) has(key string) bool { return len(l.values[key]) > 0 }

func (l *line) text(key, otherwise string) string {
	if v := l.values[key]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}

func (l *line) number(key string, otherwise uint64) uint64 {
	v, ok := l.values[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseUint(v[0], 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s: expected a number, got %q", key, v[0]))
	}
	return n
}

// tokens reads a list of token ids.
func (l *line) tokens(key string, otherwise ...uint32) []uint32 {
	vals, ok := l.values[key]
	if !ok {
		return otherwise
	}
	out := make([]uint32, 0, len(vals))
	if vals[0] == "none" {
		return out
	}
	for _, v := range vals {
		n, err := strconv.ParseUint(v, 10, 32)
		if err != nil {
			panic(fmt.Sprintf("%s: expected token ids, got %q", key, v))
		}
		out = append(out, uint32(n))
	}
	return out
}

// ids reads task ids and ranges such as 1-100; a task is 1 if none is named.
func (l *line) ids() []uint64 {
	vals, ok := l.values["task"]
	if !ok {
		return []uint64{1}
	}
	var out []uint64
	for _, v := range vals {
		from, to, isRange := strings.Cut(v, "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.ParseUint(from, 10, 64)
		b, err2 := strconv.ParseUint(to, 10, 64)
		if err1 != nil || err2 != nil {
			panic(fmt.Sprintf("task: expected ids, got %q", v))
		}
		for id := a; id <= b; id++ {
			out = append(out, id)
		}
	}
	return out
}

// task is the one task that a line names; 1 if none.
func (l *line) task() uint64 { return l.ids()[0] }

// coin reads 3AIC, 2.5AIC, 300 (uaic), -1 or 5atom.
func (l *line) coin(key, otherwise string) sdk.Coin {
	text := l.text(key, otherwise)
	cut := strings.IndexFunc(text, func(r rune) bool { return r >= 'A' })
	amount, unit := text, payout.Denom
	if cut >= 0 {
		amount, unit = text[:cut], text[cut:]
	}
	scale := int64(1)
	if unit == "AIC" {
		unit, scale = payout.Denom, 1_000_000
	}
	rat, ok := new(big.Rat).SetString(amount)
	if !ok || !rat.Mul(rat, big.NewRat(scale, 1)).IsInt() {
		panic(fmt.Sprintf("%s: expected an amount, got %q", key, text))
	}
	return sdk.Coin{Denom: unit, Amount: sdkmath.NewIntFromBigInt(rat.Num())}
}
