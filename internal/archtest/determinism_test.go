package archtest

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/aichain/aichain/internal/detlint"
)

// consensus lists the packages whose results every validator must repeat to the bit.
var consensus = []string{
	"./rules/...", "./x/...", "./app/...", "./canon/ops", "./canon/model", "./canon/step", "./internal/blockwork", "./internal/event", "./internal/idset",
}

// TestConsensusCodeIsDeterministic fails on floats, map ranges, goroutines, clocks and math/rand in consensus code.
func TestConsensusCodeIsDeterministic(t *testing.T) {
	for _, d := range diagnostics(t, consensus...) {
		t.Error(d)
	}
}

// TestEngineHasNoFloats holds canon/run to the same rule; it may use goroutines, because every operation is exact.
func TestEngineHasNoFloats(t *testing.T) {
	for _, d := range diagnostics(t, "./canon/run") {
		if d.message == "floating point is not portable" || d.message == "math/rand in the state machine" {
			t.Error(d)
		}
	}
}

type finding struct{ pos, message string }

func (f finding) String() string { return f.pos + ": " + f.message }

func diagnostics(t *testing.T, patterns ...string) []finding {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: repoRoot(t)}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.Fatal("the packages do not load")
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{detlint.Analyzer}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []finding
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		for _, d := range act.Diagnostics {
			out = append(out, finding{act.Package.Fset.Position(d.Pos).String(), d.Message})
		}
	}
	return out
}
