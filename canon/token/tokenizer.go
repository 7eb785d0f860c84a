package token

import (
	"errors"
	"strings"
)

// ErrNoTemplate is returned by Conversation when the model carries no usable chat template.
var ErrNoTemplate = errors.New("model has no chat template")

type pair struct{ left, right string }

// Tokenizer is a loaded blob; it never changes, so goroutines may share it.
type Tokenizer struct {
	blob    Blob
	normal  map[string]uint32
	special map[string]uint32
	ranks   map[pair]int
	// specialNames are the keys of special, longest first.
	specialNames []string
}

// Load reads a tokenizer blob. ErrBlob when it is malformed.
func Load(blob []byte) (*Tokenizer, error) {
	b, err := decode(blob)
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{blob: b, normal: map[string]uint32{}, special: map[string]uint32{}, ranks: map[pair]int{}}
	return t, t.indexes()
}

// Vocab returns the number of tokens.
func (t *Tokenizer) Vocab() int { return len(t.blob.Tokens) }

// Encode returns the ids of a text, without bos. Any bytes are accepted; the result
// holds normal tokens only, whatever the text says.
func (t *Tokenizer) Encode(text string) []uint32 {
	var out []uint32
	for len(text) > 0 {
		n := nextPiece(text)
		out = t.merge(out, text[:n])
		text = text[n:]
	}
	return out
}

// maxPiece bounds the quadratic merge loop: a word of more bytes is cut there, so a
// hostile text of one long word costs at most about 1 000 look-ups a byte.
const maxPiece = 1024

// merge appends the ids of one piece: its bytes, joined by the best merge until none
// applies; among equal ranks the leftmost.
func (t *Tokenizer) merge(out []uint32, piece string) []uint32 {
	if len(piece) > maxPiece {
		return t.merge(t.merge(out, piece[:maxPiece]), piece[maxPiece:])
	}
	parts := make([]string, len(piece))
	for i := range len(piece) {
		parts[i] = string(byteToRune[piece[i]])
	}
	for {
		best, at := -1, -1
		for i := 0; i+1 < len(parts); i++ {
			if rank, ok := t.ranks[pair{parts[i], parts[i+1]}]; ok && (best < 0 || rank < best) {
				best, at = rank, i
			}
		}
		if at < 0 {
			break
		}
		parts[at] += parts[at+1]
		parts = append(parts[:at+1], parts[at+2:]...)
	}
	for _, p := range parts {
		out = append(out, t.normal[p])
	}
	return out
}

// Decode returns the text of the normal tokens among ids; control tokens and ids
// outside the vocabulary are left out. The bytes need not be valid UTF-8 when an
// answer stops inside a character.
func (t *Tokenizer) Decode(ids []uint32) string {
	var out []byte
	for _, id := range ids {
		if uint64(id) >= uint64(len(t.blob.Tokens)) || t.blob.Types[id] != Normal {
			continue
		}
		for _, r := range t.blob.Tokens[id] {
			if b, ok := runeToByte[r]; ok {
				out = append(out, b)
			}
		}
	}
	return string(out)
}

// Message is one turn of a conversation.
type Message struct {
	FromAssistant bool
	Text          string
}

// Chat returns the prompt for one user message: bos, the template's opening, the
// text, and the template's call for an answer. Without a template it is bos and the
// text alone.
func (t *Tokenizer) Chat(user string) []uint32 {
	out, err := t.Conversation([]Message{{Text: user}})
	if err != nil {
		return append([]uint32{t.blob.BOS}, t.Encode(user)...)
	}
	return out
}

// Conversation is Chat for several messages in order.
func (t *Tokenizer) Conversation(messages []Message) ([]uint32, error) {
	turns := t.blob.Turns
	if turns == nil {
		return nil, ErrNoTemplate
	}
	var out []uint32
	for _, m := range messages {
		wrap := turns.User
		if m.FromAssistant {
			wrap = turns.Assistant
		}
		out = append(out, t.encodeTemplate(wrap.Before)...)
		out = append(out, t.Encode(m.Text)...)
		out = append(out, t.encodeTemplate(wrap.After)...)
	}
	out = append(out, t.encodeTemplate(turns.Generate)...)
	if t.blob.AddBOS && (len(out) == 0 || out[0] != t.blob.BOS) {
		out = append([]uint32{t.blob.BOS}, out...)
	}
	return out, nil
}

// encodeTemplate encodes the template's own text, in which control tokens count. The
// longest control token that matches at a place wins.
func (t *Tokenizer) encodeTemplate(text string) []uint32 {
	var out []uint32
	start := 0
	for i := 0; i < len(text); {
		id, n := t.specialAt(text[i:])
		if n == 0 {
			i++
			continue
		}
		out = append(append(out, t.Encode(text[start:i])...), id)
		i += n
		start = i
	}
	return append(out, t.Encode(text[start:])...)
}

// specialAt returns the longest control token that a text begins with, and its length
// in bytes, 0 for none.
func (t *Tokenizer) specialAt(text string) (id uint32, n int) {
	for _, name := range t.specialNames {
		if strings.HasPrefix(text, name) {
			return t.special[name], len(name)
		}
	}
	return 0, 0
}
