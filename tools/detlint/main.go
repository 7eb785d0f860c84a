// Command detlint reports constructs that make validators disagree; see internal/detlint.
//
//	go run ./tools/detlint ./rules/... ./x/... ./app/...
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/aichain/aichain/internal/detlint"
)

func main() { singlechecker.Main(detlint.Analyzer) }
