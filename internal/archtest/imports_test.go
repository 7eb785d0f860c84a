package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/aichain/aichain"

// rule says what the packages under a folder must not import; tests are not bound unless said.
type rule struct {
	under  string   // folder, relative to the root
	except []string // folders below it that the rule does not bind
	forbid []string // import path prefixes
	why    string
}

// own turns a folder of ours into an import path.
func own(p string) string { return modulePath + "/" + p }

var pure = []string{
	"github.com/cosmos/cosmos-sdk", "github.com/cometbft", "cosmossdk.io/collections", "cosmossdk.io/core", "cosmossdk.io/store",
	"time", "math/rand", "os", "net",
}

var rules = []rule{
	{under: "rules", forbid: append([]string{own("x"), own("app"), own("client"), own("offchain"), own("cmd"), own("canon"), own("internal")}, pure...), why: "rules decide, they know no state"},
	{under: "canon/ops", except: []string{"canon/ops/tables"}, forbid: append([]string{own("")}, pure...), why: "one operator code computes and referees"},
	{under: "canon/step", forbid: append([]string{own("rules"), own("canon/run"), own("canon/token"), own("canon/convert"), own("internal"), "context"}, pure...), why: "the chain referees with it"},
	{under: "canon", forbid: []string{own("x"), own("app"), own("client"), own("offchain"), own("cmd"), "github.com/cosmos", "github.com/cometbft"}, why: "the canonical profile knows no chain"},
	{under: "canon/run", forbid: []string{"math/rand", "time", "net", own("canon/convert"), own("canon/token")}, why: "the engine runs from a model file alone"},
	{under: "x", forbid: []string{own("app"), own("client"), own("offchain"), own("cmd"), own("canon/run"), own("canon/token"), own("canon/convert")}, why: "the state machine never imports off-chain code"},
	{under: "x/beacon", forbid: []string{own("x/compute"), own("x/attest"), own("x/reward")}, why: "the beacon is the most upstream"},
	{under: "x/compute", forbid: []string{own("x/attest"), own("x/reward"), own("x/beacon")}, why: "types point upstream"},
	{under: "x/attest", forbid: []string{own("x/reward"), own("x/beacon"), own("x/compute/keeper")}, why: "types point upstream, keepers are known to app alone"},
	{under: "x/reward", forbid: []string{own("x/beacon"), own("x/compute/keeper"), own("x/attest/keeper")}, why: "types point upstream, keepers are known to app alone"},
	{under: "x", except: []string{"x/reward"}, forbid: []string{"github.com/cosmos/cosmos-sdk/x/bank"}, why: "only x/reward holds a bank keeper"},
	{under: "app", forbid: []string{own("client"), own("offchain"), own("cmd"), own("canon/run"), own("canon/token"), own("canon/convert")}, why: "the state machine never imports off-chain code"},
	{under: "x", forbid: []string{own("internal/watch"), own("internal/census")}, why: "who watches the chain is not seen by it"},
	{under: "app", forbid: []string{own("internal/watch"), own("internal/census")}, why: "who watches the chain is not seen by it"},
	{under: "client", forbid: []string{own("offchain"), own("cmd"), own("app"), own("x/compute/keeper"), own("x/attest/keeper"), own("x/reward/keeper"), own("x/beacon/keeper")}, why: "the client speaks protobuf, not keepers"},
	{under: "offchain", forbid: []string{own("cmd"), own("app"), own("x/compute/keeper"), own("x/attest/keeper"), own("x/reward/keeper"), own("x/beacon/keeper")}, why: "off-chain programs act through the client"},
}

// TestImportsFollowTheArrows fails on an import against the arrows of the house.
func TestImportsFollowTheArrows(t *testing.T) {
	root := repoRoot(t)
	seen := 0
	for _, r := range rules {
		walkGo(t, filepath.Join(root, r.under), func(path string) {
			rel, _ := filepath.Rel(root, path)
			if strings.HasSuffix(path, "_test.go") || below(rel, r.except) {
				return
			}
			seen++
			for _, imp := range importsOf(t, path) {
				if p := matches(imp, r.forbid, filepath.ToSlash(filepath.Dir(rel))); p != "" {
					t.Errorf("%s imports %s, which %s must not: %s", rel, imp, r.under, r.why)
				}
			}
		})
	}
	if seen < 50 {
		t.Fatalf("looked at %d files; is the tree where it should be?", seen)
	}
}

// matches returns the forbidden prefix that imp falls under. A package's own folder is never forbidden to it.
func matches(imp string, forbid []string, dir string) string {
	if strings.HasPrefix(imp, own(dir)) {
		return ""
	}
	for _, f := range forbid {
		f = strings.TrimSuffix(f, "/")
		if imp == f || strings.HasPrefix(imp, f+"/") {
			return f
		}
	}
	return ""
}

func below(rel string, folders []string) bool {
	for _, f := range folders {
		if strings.HasPrefix(filepath.ToSlash(rel), f+"/") {
			return true
		}
	}
	return false
}

func importsOf(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatalf("parse %s: %v", path, err)
	}
	var out []string
	for _, s := range f.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func walkGo(t *testing.T, dir string, visit func(path string)) {
	t.Helper()
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") {
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func repoRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
}
