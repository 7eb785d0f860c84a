package ask

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/token"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Tokenizer finds the tokenizer of a published model and checks it against the header on chain. It looks at
// path if one is given, else in each of dirs for <model id> or <model id>.canon, else at the model's URI when
// that is a local file. A file is either a canonical model or a bare tokenizer.
func Tokenizer(m computetypes.Model, path string, dirs []string) (*token.Tokenizer, error) {
	header, err := model.ParseHeader(m.Header)
	if err != nil {
		return nil, fmt.Errorf("header of model %x: %w", m.Id, err)
	}
	places := []string{path}
	if path == "" {
		places = placesOf(m, dirs)
	}
	for _, place := range places {
		blob, err := readTokenizer(place)
		if errors.Is(err, os.ErrNotExist) && path == "" {
			continue
		}
		if err != nil {
			return nil, bad("tokenizer %s: %v", place, err)
		}
		if got := sha256.Sum256(blob); got != header.TokenizerHash {
			return nil, bad("tokenizer %s is not the one of model %s: expected hash %x, got %x", place, m.Name, header.TokenizerHash, got)
		}
		return token.Load(blob)
	}
	return nil, bad("no tokenizer of model %s here; name its file with --tokenizer, or put the model file at %s", m.Name, strings.Join(places, " or "))
}

func placesOf(m computetypes.Model, dirs []string) []string {
	id := hex.EncodeToString(m.Id)
	var out []string
	for _, dir := range dirs {
		out = append(out, filepath.Join(dir, id), filepath.Join(dir, id+".canon"))
	}
	if u, err := url.Parse(m.Uri); err == nil && u.Path != "" && (u.Scheme == "" || u.Scheme == "file") {
		out = append(out, u.Path)
	}
	return out
}

// readTokenizer returns the tokenizer blob of a canonical model file, or the whole of any other file.
func readTokenizer(path string) ([]byte, error) {
	m, err := model.Open(path)
	if err == nil {
		blob := append([]byte(nil), m.TokenizerBlob()...)
		return blob, m.Close()
	}
	if !errors.Is(err, model.ErrNotModel) && !errors.Is(err, model.ErrTruncated) {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > model.MaxTokenizerBytes {
		return nil, fmt.Errorf("expected a file of at most %d bytes, got %d", model.MaxTokenizerBytes, info.Size())
	}
	return os.ReadFile(path)
}
