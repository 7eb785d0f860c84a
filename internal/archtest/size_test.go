package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Limits of docs and style: lines of a file and of a function; wiring in app/ may have longer functions.
const (
	maxFileLines   = 400
	maxFuncLines   = 60
	maxWiringLines = 120
)

// TestFilesAndFunctionsAreSmall fails on hand-written code over the limits; tests are not bound.
func TestFilesAndFunctionsAreSmall(t *testing.T) {
	root := repoRoot(t)
	for _, top := range []string{"rules", "canon", "x", "app", "client", "offchain", "cmd", "internal", "tools"} {
		walkGo(t, filepath.Join(root, top), func(path string) {
			if strings.HasSuffix(path, "_test.go") || strings.Contains(path, ".pb.") {
				return
			}
			checkSize(t, root, path)
		})
	}
}

func checkSize(t *testing.T, root, path string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	rel, _ := filepath.Rel(root, path)
	if n := fset.File(f.Pos()).LineCount(); n > maxFileLines {
		t.Errorf("%s has %d lines, at most %d: split by idea", rel, n, maxFileLines)
	}
	limit := maxFuncLines
	if strings.HasPrefix(filepath.ToSlash(rel), "app/") {
		limit = maxWiringLines
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > limit {
			t.Errorf("%s: %s has %d lines, at most %d", rel, fn.Name.Name, n, limit)
		}
	}
}
