package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pathInDocs finds `like/this.go` between backquotes: at least one slash, no spaces.
var pathInDocs = regexp.MustCompile("`([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.*-]+)+/?)`")

// TestPathsInDocsExist fails when docs/flow.md, the glossary or the README names a file or folder that is not there.
func TestPathsInDocsExist(t *testing.T) {
	root := repoRoot(t)
	for _, doc := range []string{"docs/flow.md", "docs/glossary.md", "README.md"} {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, m := range pathInDocs.FindAllStringSubmatch(string(text), -1) {
			if !isOurs(m[1]) {
				continue
			}
			found++
			if hits, err := filepath.Glob(filepath.Join(root, m[1])); err != nil || len(hits) == 0 {
				t.Errorf("%s names %s, which does not exist", doc, m[1])
			}
		}
		if doc == "docs/flow.md" && found < 20 {
			t.Errorf("%s names %d paths; every step names its files", doc, found)
		}
	}
}

// isOurs says whether a quoted path begins with a folder of the house.
func isOurs(p string) bool {
	for _, top := range []string{"rules/", "canon/", "models/", "proto/", "x/", "app/", "client/", "offchain/", "cmd/", "internal/", "tests/", "scripts/", "docs/", "tools/"} {
		if strings.HasPrefix(p, top) {
			return true
		}
	}
	return false
}

// TestModuleReadmesShareTheirHeadings fails when a module's README lacks one of the headings that all have.
func TestModuleReadmesShareTheirHeadings(t *testing.T) {
	root := repoRoot(t)
	for _, m := range []string{"beacon", "compute", "attest", "reward"} {
		text, err := os.ReadFile(filepath.Join(root, "x", m, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		at := 0
		for _, h := range []string{"What it is for", "State", "Messages", "Block steps", "Events", "Queries", "Invariants", "Parameters"} {
			i := strings.Index(string(text), "\n## "+h+"\n")
			if i < 0 || i < at {
				t.Errorf("x/%s/README.md: heading %q is missing or out of order", m, h)
				continue
			}
			at = i
		}
	}
}
