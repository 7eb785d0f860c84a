package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"
)

// TestErrorCodesAreUnique fails when a module registers an error with a code below 2 (0 is success to the
// consensus engine, 1 is the SDK's internal error) or one code twice (the second would overwrite the first).
func TestErrorCodesAreUnique(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repoRoot(t), "x", "*", "types", "errors.go"))
	if err != nil || len(files) < 4 {
		t.Fatalf("want the errors.go of 4 modules, found %d (%v)", len(files), err)
	}
	for _, file := range files {
		seen := map[int]token.Position{}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			code, ok := registeredCode(n)
			if !ok {
				return true
			}
			pos := fset.Position(n.Pos())
			if code < 2 {
				t.Errorf("%s: code %d; codes begin at 2", pos, code)
			}
			if first, dup := seen[code]; dup {
				t.Errorf("%s: code %d is taken at %s", pos, code, first)
			}
			seen[code] = pos
			return true
		})
		if len(seen) == 0 {
			t.Errorf("%s registers no error", file)
		}
	}
}

// registeredCode returns the code of a call to Register or RegisterWithGRPCCode; it is their second argument.
func registeredCode(n ast.Node) (int, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 3 {
		return 0, false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || (sel.Sel.Name != "Register" && sel.Sel.Name != "RegisterWithGRPCCode") {
		return 0, false
	}
	lit, ok := call.Args[1].(*ast.BasicLit)
	if !ok || lit.Kind != token.INT {
		return 0, false
	}
	code, err := strconv.Atoi(lit.Value)
	return code, err == nil
}
