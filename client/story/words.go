package story

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aichain/aichain/rules/payout"
)

// maxText is how many characters of a question or an answer are told.
const maxText = 56

// text is tokens in quotes: their text, or their ids when no tokenizer is at hand. Text is a stranger's, so everything
// that a terminal might obey is escaped.
func (s *story) text(ids []uint32) string {
	if len(ids) == 0 {
		return "nothing"
	}
	if s.Words == nil {
		return "tokens " + short(strings.Trim(fmt.Sprint(ids), "[]"))
	}
	return strconv.Quote(short(s.Words.Decode(ids)))
}

// short cuts a text that is too long for a line.
func short(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText-1]) + "…"
}

// word is a stranger's word as it is, or in quotes when it is more than a word.
func word(text string) string {
	isPlain := text != "" && strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./", r)
	}) < 0
	if isPlain {
		return short(text)
	}
	return strconv.Quote(short(text))
}

// party is an address with its name before it, for a column.
func (s *story) party(address string) string {
	if name := s.Names[address]; name != "" {
		return fmt.Sprintf("%-10s %s", word(name), address)
	}
	return address
}

// name is how a party is called in a sentence: its moniker, or the ends of its address.
func (s *story) name(address string) string { return nameOf(s.Names, address) }

func nameOf(names map[string]string, address string) string {
	if name := names[address]; name != "" {
		return word(name)
	}
	if len(address) <= 14 {
		return address
	}
	return address[:8] + "…" + address[len(address)-5:]
}

// glue is a space at which no line is broken; it is told as a space.
const glue = '\u00a0'

// digits groups a number by thousands.
func digits(n uint64) string {
	text := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, c := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteRune(glue)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// uaic is an amount.
func uaic(n uint64) string { return digits(n) + string(glue) + payout.Denom }

// count is a number of things.
func count(n uint64, thing string) string {
	if n == 1 {
		return "1" + string(glue) + thing
	}
	return digits(n) + string(glue) + thing + "s"
}

// wrap breaks a text into lines of at most so many characters.
func wrap(text string, most int) (lines []string) {
	line, n := "", 0
	for _, w := range strings.Split(text, " ") {
		long := utf8.RuneCountInString(w)
		if n > 0 && n+1+long > most {
			lines, line, n = append(lines, line), "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+w, n+long
	}
	return append(lines, line)
}
