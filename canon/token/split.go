package token

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// byteToRune is the GPT-2 byte alphabet: printable bytes stand for themselves, the
// others for characters from U+0100 on.
var byteToRune, runeToByte = byteAlphabet()

func byteAlphabet() (forward [256]rune, back map[rune]byte) {
	back, next := make(map[rune]byte, 256), rune(256)
	for b := range 256 {
		r := rune(b)
		if (b < 33 || b > 126) && (b < 161 || b > 172) && b < 174 {
			r = next
			next++
		}
		forward[b], back[r] = r, byte(b)
	}
	return forward, back
}

// class is how the GPT-2 split sees one character.
type class uint8

const (
	space class = iota
	letter
	number
	other
)

func classOf(text string) (class, int) {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case unicode.IsSpace(r):
		return space, n
	case unicode.IsLetter(r):
		return letter, n
	case unicode.IsNumber(r):
		return number, n
	}
	return other, n
}

// contractions are tried in the order of the GPT-2 pattern.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// nextPiece returns the length of the first piece of a text that is not empty, by the
// GPT-2 pattern 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+.
func nextPiece(text string) int {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	first, n := classOf(text)
	if text[0] == ' ' && len(text) > 1 {
		if c, _ := classOf(text[1:]); c != space {
			return 1 + runOf(c, text[1:])
		}
	}
	if first != space {
		return runOf(first, text)
	}
	end := runOf(space, text)
	if end == len(text) || end == n {
		return end
	}
	// Spaces before a word: the last one belongs to the word.
	_, last := utf8.DecodeLastRuneInString(text[:end])
	return end - last
}

// runOf returns the length of the leading characters of one class.
func runOf(c class, text string) int {
	end := 0
	for end < len(text) {
		next, n := classOf(text[end:])
		if next != c {
			break
		}
		end += n
	}
	return end
}
