package result_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/result"
)

// TestVectors recomputes every digest of testdata/vectors.txt.
func TestVectors(t *testing.T) {
	f, err := os.Open("testdata/vectors.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var kind string
	var fields map[string]string
	seen := map[string]string{}
	cases := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		if words[0] != "=" {
			kind, fields = words[0], map[string]string{}
			for _, w := range words[1:] {
				k, v, ok := strings.Cut(w, "=")
				require.True(t, ok, w)
				fields[k] = v
			}
			continue
		}
		got := digest(t, kind, fields)
		require.Equal(t, words[1], hex.EncodeToString(got[:]), "%s %v", kind, fields)
		require.Empty(t, seen[words[1]], "two cases share a digest")
		seen[words[1]] = kind
		cases++
	}
	require.Equal(t, 19, cases)
}

func digest(t *testing.T, kind string, f map[string]string) [32]byte {
	t.Helper()
	num := func(name string, bits int) uint64 {
		v, err := strconv.ParseUint(f[name], 10, bits)
		require.NoError(t, err, name)
		return v
	}
	u32 := func(name string) uint32 { return uint32(num(name, 32)) }
	raw := func(name string) []byte {
		if f[name] == "-" {
			return nil
		}
		b, err := hex.DecodeString(f[name])
		require.NoError(t, err, name)
		return b
	}
	tokens := func(name string) []uint32 {
		var ids []uint32
		for _, s := range strings.Split(strings.Trim(f[name], "-"), ",") {
			if s == "" {
				continue
			}
			v, err := strconv.ParseUint(s, 10, 32)
			require.NoError(t, err)
			ids = append(ids, uint32(v))
		}
		return ids
	}
	switch kind {
	case "root":
		return result.Root(raw("model"), raw("input"), tokens("output"), u32("stop"))
	case "input":
		return result.InputDigest(raw("model"), tokens("tokens"), u32("max"), u32("temperature"), u32("topk"), raw("seed"))
	case "commitment":
		return result.Commitment(f["chain"], num("task", 64), u32("round"), raw("provider"), [32]byte(raw("root")), [32]byte(raw("salt")))
	case "seed":
		return result.SampleSeed(f["chain"], raw("beacon"), num("task", 64))
	}
	t.Fatalf("unknown kind %q", kind)
	return [32]byte{}
}

// TestCheck walks the borders of what can be a result.
func TestCheck(t *testing.T) {
	ids := func(v ...uint32) []uint32 { return v }
	for _, c := range []struct {
		name   string
		output []uint32
		stop   uint32
		want   error
	}{
		{"empty output that ended", nil, result.StopEnd, nil},
		{"as long as allowed", ids(1, 2, 3), result.StopLength, nil},
		{"the last token id", ids(9), result.StopContext, nil},
		{"stop left out", ids(1), 0, result.ErrStop},
		{"stop unknown", ids(1), 4, result.ErrStop},
		{"one token too many", ids(1, 2, 3, 4), result.StopLength, result.ErrTooLong},
		{"a token id of the vocabulary's size", ids(1, 10), result.StopEnd, result.ErrToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := result.Check(c.output, c.stop, 3, 10)
			require.True(t, errors.Is(err, c.want), "%v", err)
		})
	}
}
