package system

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// binaries are the programs under test, built from the tree with the tags of this test.
type binaries struct {
	aichaind, aiworker string // as shipped
	liar               string // tests/system/liar
}

// buildTimeout is generous: after a change deep down everything is compiled again.
const buildTimeout = 10 * time.Minute

// root is the repository.
const root = "../.."

// buildAll builds into build/system, where an unchanged program costs nothing, and tells go test which files the
// outcome depends on, so that it is not taken from its cache after a change to them.
func buildAll(tb testing.TB) binaries {
	tb.Helper()
	out, err := filepath.Abs(filepath.Join(root, "build", "system"))
	if err != nil {
		tb.Fatal(err)
	}
	args := []string{"build", "-C", root, "-mod=readonly", "-ldflags=-s -w"}
	if tags := buildTags(); tags != "" {
		args = append(args, "-tags="+tags)
	}
	args = append(args, "-o", out+string(filepath.Separator), "./cmd/aichaind", "./cmd/aiworker", "./tests/system/liar")
	run(tb, buildTimeout, "go", args...)
	watchSources(tb)
	return binaries{filepath.Join(out, "aichaind"), filepath.Join(out, "aiworker"), filepath.Join(out, "liar")}
}

// buildTags are those that this test was built with.
func buildTags() string {
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

// watchSources looks at every file of the repository that is built into the programs: go test keeps a passed test
// for as long as the files that it looked at are the same.
func watchSources(tb testing.TB) {
	tb.Helper()
	args := []string{"list", "-C", root, "-deps", "-f", `{{if not .Standard}}{{with .Module}}{{if .Main}}{{range $.GoFiles}}{{$.Dir}}/{{.}}
{{end}}{{end}}{{end}}{{end}}`, "./cmd/aichaind", "./cmd/aiworker", "./tests/system/liar"}
	for _, path := range strings.Fields(string(run(tb, time.Minute, "go", args...))) {
		if _, err := os.Stat(path); err != nil {
			tb.Fatal(err)
		}
	}
}
