// Command shares reads what `go tool pprof -traces` prints of a profile of tests/bench and prints which part of a task's
// cost goes where, each sample counted once, for the first kind of work in the list that is found on its stack:
//
//	go test -tags libsecp256k1_sdk,pebbledb ./tests/bench -run '^$' -bench 'VerifiedTask$' -benchtime 150x -cpuprofile cpu.out -o bench.test
//	go tool pprof -traces bench.test cpu.out | go run ./tests/bench/shares
//
// The same with -memprofile mem.out -memprofilerate 1024 and -sample_index=alloc_space gives the shares of the garbage.
// Only what runs below the measured blocks is counted.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kind is a kind of work, by the names of functions that do it.
type kind struct {
	name string
	of   *regexp.Regexp
}

func newKind(name, of string) kind { return kind{name, regexp.MustCompile(of)} }

// kinds in the order in which a stack is searched for them.
var kinds = []kind{
	newKind("collecting garbage, as far as it ran in the blocks", `gcAssist|gcDrain|bgsweep`),
	newKind("signature checks", `VerifySignature`),
	newKind("tree: changing keys (IAVL)", `MutableTree\)\.(Set|Remove)$`),
	newKind("tree: hashes (IAVL)", `WorkingHash`),
	newKind("tree: saving the version, database writes", `SaveVersion|iavl\.\(\*Store\)\.Commit`),
	newKind("reading the database", `ImmutableTree\)\.(Get|Has)$|iavl.*Iterator|pebble`),
	newKind("events", `EmitEvent|event\.Emit|event\.encode|MarkEventsToIndex`),
	newKind("signers and transaction decoding", `GetSigners|GetMsgAnySigners|DefaultTxDecoder`),
	newKind("decoding and encoding records", `collValue|roundCodec|Unmarshal|Marshal|KeyCodec|EncodeKeyWithPrefix`),
	newKind("branches of the state (cachekv)", `cachekv|cachemulti`),
	newKind("opening stores", `OpenKVStore|gaskv`),
	newKind("addresses (bech32)", `bech32|app\.\(\*addresses\)`),
	newKind("hashing results and inputs", `rules/result|sha256`),
	newKind("our rules and keepers, what is left", `aichain/aichain/(rules|x|internal|app)/`),
	newKind("the SDK, what is left", `cosmos-sdk`),
}

// measured is the function below which is what the benchmark measures.
const measured = "tape).play"

// units of pprof, as multiples of the smallest.
var units = map[string]float64{
	"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "mins": 60e9,
	"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "": 1,
}

var sample = regexp.MustCompile(`^\s*([\d.]+)([a-zA-Zµ]*)\s+(.*)$`)

func main() {
	sums, total, err := count(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(sums[b]*1e6/total) - int(sums[a]*1e6/total) })
	for _, name := range names {
		fmt.Printf("%-52s %5.1f %%\n", name, 100*sums[name]/total)
	}
}

// count adds up the samples of each kind.
func count(in io.Reader) (sums map[string]float64, total float64, err error) {
	sums = map[string]float64{}
	var stack []string
	value := 0.0
	end := func() {
		if slices.ContainsFunc(stack, func(f string) bool { return strings.Contains(f, measured) }) {
			sums[kindOf(stack)] += value
			total += value
		}
		stack, value = nil, 0
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----") {
			end()
			continue
		}
		if m := sample.FindStringSubmatch(line); m != nil && len(stack) == 0 {
			n, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				return nil, 0, err
			}
			value, line = n*units[m[2]], m[3]
		}
		if value > 0 {
			stack = append(stack, strings.TrimSuffix(strings.TrimSpace(line), " (inline)"))
		}
	}
	end()
	if total == 0 {
		return nil, 0, fmt.Errorf("expected stacks through %s, as `go tool pprof -traces` prints them", measured)
	}
	return sums, total, lines.Err()
}

// kindOf is the first kind that is on a stack.
func kindOf(stack []string) string {
	for _, k := range kinds {
		if slices.ContainsFunc(stack, k.of.MatchString) {
			return k.name
		}
	}
	return "other"
}
