// Package detlint finds constructs that make validators disagree: ranging over a map, goroutines, select,
// floating point, wall clocks and math/rand. It is run by internal/archtest and, alone, by tools/detlint.
// A line that ends in "//det:ok <reason>" is exempt.
package detlint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Analyzer reports the constructs in the packages it is given; test files and generated files are left out.
var Analyzer = &analysis.Analyzer{Name: "detlint", Doc: "report sources of non-determinism", Run: run}

var clocks = map[string]bool{"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "Tick": true}

func run(p *analysis.Pass) (any, error) {
	for _, f := range p.Files {
		if exempt(p.Fset.Position(f.Pos()).Filename) {
			continue
		}
		c := checker{p, okLines(p.Fset, f)}
		ast.Inspect(f, c.visit)
	}
	return nil, nil
}

// exempt says whether a file is not part of the state machine.
func exempt(name string) bool {
	for _, part := range []string{"/simulation/", "/apptest/", "/client/"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.HasSuffix(name, "_test.go") || strings.Contains(name, ".pb.")
}

// okLines returns the lines that carry a det:ok comment.
func okLines(fset *token.FileSet, f *ast.File) map[int]bool {
	ok := map[int]bool{}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//det:ok ") {
				ok[fset.Position(c.Pos()).Line] = true
			}
		}
	}
	return ok
}

type checker struct {
	pass *analysis.Pass
	ok   map[int]bool
}

func (c checker) report(pos token.Pos, msg string) {
	if !c.ok[c.pass.Fset.Position(pos).Line] {
		c.pass.Reportf(pos, "%s", msg)
	}
}

func (c checker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.RangeStmt:
		if t := c.pass.TypesInfo.TypeOf(n.X); t != nil {
			if _, isMap := t.Underlying().(*types.Map); isMap {
				c.report(n.Pos(), "range over a map has no fixed order")
			}
		}
	case *ast.GoStmt:
		c.report(n.Pos(), "goroutine in the state machine")
	case *ast.SelectStmt:
		c.report(n.Pos(), "select in the state machine")
	case *ast.Ident:
		if tn, ok := c.pass.TypesInfo.Uses[n].(*types.TypeName); ok && tn.Pkg() == nil && strings.HasPrefix(tn.Name(), "float") {
			c.report(n.Pos(), "floating point is not portable")
		}
	case *ast.SelectorExpr:
		c.selector(n)
	}
	return true
}

func (c checker) selector(n *ast.SelectorExpr) {
	obj := c.pass.TypesInfo.Uses[n.Sel]
	if obj == nil || obj.Pkg() == nil {
		return
	}
	switch path := obj.Pkg().Path(); {
	case path == "time" && clocks[obj.Name()] && isPackageFunc(obj):
		c.report(n.Pos(), "wall clock in the state machine")
	case strings.HasPrefix(path, "math/rand"):
		c.report(n.Pos(), "math/rand in the state machine")
	}
}

func isPackageFunc(o types.Object) bool {
	f, ok := o.(*types.Func)
	return ok && f.Type().(*types.Signature).Recv() == nil
}
