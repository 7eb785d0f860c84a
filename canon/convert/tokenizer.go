package convert

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aichain/aichain/canon/token"
)

// readVocabulary sets vocab, bos and eos.
func (s *source) readVocabulary() error {
	tokens, err := s.file.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return err
	}
	h := &s.header
	h.Vocab = uint32(min(uint64(len(tokens)), 1<<31))
	h.BOS, err = s.file.Uint32("tokenizer.ggml.bos_token_id")
	if err != nil {
		return err
	}
	for _, key := range []string{"eos_token_id", "eot_token_id", "eom_token_id"} {
		if id, err := s.file.Uint32("tokenizer.ggml." + key); err == nil {
			h.EOS = append(h.EOS, id)
		}
	}
	slices.Sort(h.EOS)
	h.EOS = slices.Compact(h.EOS)
	return nil
}

// tokenizer makes the blob and loads it once, so that a file that clients could not
// read is never written.
func (s *source) tokenizer() ([]byte, error) {
	kind, err1 := s.file.String("tokenizer.ggml.model")
	pre, err2 := s.file.String("tokenizer.ggml.pre")
	tokens, err3 := s.file.Strings("tokenizer.ggml.tokens")
	types, err4 := s.file.Int32s("tokenizer.ggml.token_type")
	merges, err5 := s.file.Strings("tokenizer.ggml.merges")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	b := token.Blob{
		Model: kind, Pre: pre, Tokens: tokens, Merges: merges, BOS: s.header.BOS, EOS: s.header.EOS,
		AddBOS: s.file.Bool("tokenizer.ggml.add_bos_token", true),
	}
	for _, t := range types {
		b.Types = append(b.Types, token.Type(t))
	}
	if source, err := s.file.String("tokenizer.chat_template"); err == nil {
		b.ChatTemplate = source
		if b.Turns, err = takeApart(source); err != nil {
			return nil, fmt.Errorf("chat template: %w", err)
		}
	}
	blob, err := b.Encode()
	if err != nil {
		return nil, err
	}
	_, err = token.Load(blob)
	return blob, err
}
