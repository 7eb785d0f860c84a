// Package token turns text into token ids and back, and wraps a user's words in the
// model's chat template. It runs in clients only: the chain and the engine see ids.
//
// It implements byte-level BPE with the GPT-2 split, the scheme of Llama-family GGUF
// files with tokenizer.ggml.model = gpt2. Libraries at hand either embed fixed
// vocabularies or need cgo; the algorithm is small, so it is written out here.
//
// User text can never produce a control token: only the template's own text may.
// Start with Load, then Tokenizer.Chat.
package token
