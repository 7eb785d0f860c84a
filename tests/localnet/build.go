package localnet

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// Binaries are the programs under test, built from the tree with the tags of this test.
type Binaries struct {
	Aichaind, Aiworker string // as shipped
	Liar               string // tests/system/liar
}

// buildTimeout is generous: after a change deep down everything is compiled again.
const buildTimeout = 10 * time.Minute

// root is the repository.
const root = "../.."

// BuildAll builds into build/system, where an unchanged program costs nothing, and tells go test which files the
// outcome depends on, so that it is not taken from its cache after a change to them.
func BuildAll(tb testing.TB) Binaries {
	tb.Helper()
	out, err := filepath.Abs(filepath.Join(root, "build", "system"))
	if err != nil {
		tb.Fatal(err)
	}
	args := []string{"build", "-C", root, "-mod=readonly", "-ldflags=-s -w"}
	if tags := BuildTags(); tags != "" {
		args = append(args, "-tags="+tags)
	}
	args = append(args, "-o", out+string(filepath.Separator), "./cmd/aichaind", "./cmd/aiworker", "./tests/system/liar")
	Run(tb, buildTimeout, "go", args...)
	WatchSources(tb)
	return Binaries{filepath.Join(out, "aichaind"), filepath.Join(out, "aiworker"), filepath.Join(out, "liar")}
}

// BuildTags are those that this test was built with.
func BuildTags() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return s.Value
		}
	}
	return ""
}

// WatchSources looks at every file of the repository that is built into the programs: go test keeps a passed test
// for as long as the files that it looked at are the same.
func WatchSources(tb testing.TB) {
	tb.Helper()
	args := []string{"list", "-C", root, "-deps", "-f", `{{if not .Standard}}{{with .Module}}{{if .Main}}{{range $.GoFiles}}{{$.Dir}}/{{.}}
{{end}}{{end}}{{end}}{{end}}`, "./cmd/aichaind", "./cmd/aiworker", "./tests/system/liar"}
	for _, path := range strings.Fields(string(Run(tb, time.Minute, "go", args...))) {
		if _, err := os.Stat(path); err != nil {
			tb.Fatal(err)
		}
	}
}
