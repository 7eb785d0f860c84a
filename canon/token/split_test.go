package token

import (
	"slices"
	"testing"
)

// The splits of the GPT-2 pattern, worked out by hand.
func TestSplitIsGPT2s(t *testing.T) {
	for text, want := range map[string][]string{
		"What is 37+45?":  {"What", " is", " 37", "+", "45", "?"},
		"a  b":            {"a", " ", " b"},
		"a   ":            {"a", "   "},
		"a \n b":          {"a", " \n", " b"},
		"a\n\nb":          {"a", "\n", "\n", "b"},
		"it's we'll 'tis": {"it", "'s", " we", "'ll", " '", "tis"},
		"I'd've":          {"I", "'d", "'ve"},
		"été 漢字42":        {"été", " 漢字", "42"},
		" !?x":            {" !?", "x"},
		"\t\tx":           {"\t", "\t", "x"},
		"\xff a":          {"\xff", " a"},
		"'":               {"'"},
		"  ":              {"  "},
	} {
		var got []string
		for rest := text; rest != ""; {
			n := nextPiece(rest)
			got, rest = append(got, rest[:n]), rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q splits into %q, want %q", text, got, want)
		}
	}
}
