package run_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aichain/aichain/canon/run"
)

var update = flag.Bool("update", false, "write testdata/golden.txt anew; only for a new profile")

// golden prints the recorded vectors: the model's root, and for each request its
// prompt, sampling, answer, stop reason and the digest of all its intermediate values.
func golden(t *testing.T) string {
	m := open(t, nanoFile)
	root, err := m.Root()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintln(&out, "# Recorded vectors of canon-int/1 on models/nano. A change here is a new profile.")
	fmt.Fprintln(&out, "# The trace digest is SHA-256 over the tensors in graph order, each as")
	fmt.Fprintln(&out, "# uint64 big-endian (position<<24 | layer<<8 | site) and the SHA-256 of its bytes.")
	fmt.Fprintln(&out, "# The trace root is that of docs/canon.md section 10, with an input digest of zeros.")
	fmt.Fprintf(&out, "root %x\n", root)
	requests := append(prompts(), run.Request{Prompt: []uint32{0, 1, 55, 59, 47, 56, 57, 65, 2}, MaxTokens: 8})
	for i, o := range runBatch(t, m, run.Options{}, requests) {
		r := requests[i]
		c := claimOf(t, engine(t, m, run.Options{}), r)
		c.InputDigest = [32]byte{}
		fmt.Fprintf(&out, "\nprompt %v\nmax %d temperature %d topk %d seed %x\ntokens %v\nstop %d\ntrace %x\ntrace root %x\n",
			r.Prompt, r.MaxTokens, r.Sampling.Temperature, r.Sampling.TopK, r.Sampling.Seed, o.result.Tokens, o.result.Stop, o.digest,
			witness(t, engine(t, m, run.Options{}), c).Root())
	}
	return out.String()
}

func TestGoldenVectors(t *testing.T) {
	const file = "testdata/golden.txt"
	got := golden(t)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Fatalf("the engine no longer computes canon-int/1; got\n%s", got)
	}
}
