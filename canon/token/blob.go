package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Type says what a token is for; the numbers are those of GGUF.
type Type int

// The types of token that this package knows.
const (
	Normal      Type = 1
	Control     Type = 3
	UserDefined Type = 4
)

// ErrBlob is returned when a tokenizer blob is malformed; the message says where.
var ErrBlob = errors.New("bad tokenizer")

// Wrap is the template's text before and after one message.
type Wrap struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Turns is a chat template taken apart: text that may contain control tokens.
type Turns struct {
	User      Wrap   `json:"user"`
	Assistant Wrap   `json:"assistant"`
	Generate  string `json:"generate"` // asks for the next assistant message
}

// Blob is the tokenizer as a model file carries it. Its encoding is JSON with the
// fields in this order, so equal tokenizers have equal bytes.
type Blob struct {
	Model        string   `json:"model"` // "gpt2": byte-level BPE
	Pre          string   `json:"pre"`   // "gpt-2": the split before BPE
	Tokens       []string `json:"tokens"`
	Types        []Type   `json:"types"`
	Merges       []string `json:"merges"` // "left right", best first
	BOS          uint32   `json:"bos"`
	EOS          []uint32 `json:"eos"`
	AddBOS       bool     `json:"add_bos"`
	ChatTemplate string   `json:"chat_template,omitempty"` // the source, for the record
	Turns        *Turns   `json:"turns,omitempty"`         // what is used
}

// Encode returns the canonical bytes of the blob.
func (b Blob) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(b)
	return out.Bytes(), err
}

// decode reads a blob strictly and checks that its parts fit together.
func decode(data []byte) (Blob, error) {
	var b Blob
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("%w: %w", ErrBlob, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return b, fmt.Errorf("%w: text after the end", ErrBlob)
	}
	if b.Model != "gpt2" || b.Pre != "gpt-2" {
		return b, fmt.Errorf("%w: need model gpt2 split gpt-2, have %.20q %.20q", ErrBlob, b.Model, b.Pre)
	}
	if len(b.Tokens) == 0 || len(b.Types) != len(b.Tokens) {
		return b, fmt.Errorf("%w: %d tokens with %d types", ErrBlob, len(b.Tokens), len(b.Types))
	}
	for _, id := range append([]uint32{b.BOS}, b.EOS...) {
		if uint64(id) >= uint64(len(b.Tokens)) {
			return b, fmt.Errorf("%w: bos or eos %d of %d tokens", ErrBlob, id, len(b.Tokens))
		}
	}
	return b, nil
}

// indexes builds the look-ups of a checked blob.
func (t *Tokenizer) indexes() error {
	for id, text := range t.blob.Tokens {
		into := t.normal
		switch t.blob.Types[id] {
		case Normal:
		case Control, UserDefined:
			into = t.special
			t.specialNames = append(t.specialNames, text)
		default:
			return fmt.Errorf("%w: token %d has type %d", ErrBlob, id, t.blob.Types[id])
		}
		if _, twice := into[text]; twice || text == "" {
			return fmt.Errorf("%w: token %d %.20q is empty or repeated", ErrBlob, id, text)
		}
		into[text] = uint32(id)
	}
	slices.SortStableFunc(t.specialNames, func(a, b string) int { return len(b) - len(a) })
	for b := range 256 {
		if _, ok := t.normal[string(byteToRune[b])]; !ok {
			return fmt.Errorf("%w: no token for byte %d", ErrBlob, b)
		}
	}
	for rank, merge := range t.blob.Merges {
		left, right, ok := strings.Cut(merge, " ")
		_, known := t.normal[left+right]
		if !ok || !known || strings.Contains(right, " ") {
			return fmt.Errorf("%w: merge %d %.40q makes no normal token", ErrBlob, rank, merge)
		}
		if _, twice := t.ranks[pair{left, right}]; !twice {
			t.ranks[pair{left, right}] = rank
		}
	}
	return nil
}
