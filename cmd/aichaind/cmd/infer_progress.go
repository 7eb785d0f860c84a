package cmd

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/briandowns/spinner"
	"github.com/mattn/go-isatty"

	"github.com/aichain/aichain/client/ask"
)

// progress shows the life of a question: a spinner under the steps on a terminal, plain lines elsewhere.
type progress struct {
	w    io.Writer
	spin *spinner.Spinner // nil when w is no terminal
	ref  string
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		p.spin = spinner.New(spinner.CharSets[14], 100*time.Millisecond, spinner.WithWriterFile(f))
		p.spin.Suffix = " looking for providers"
		p.spin.Start()
	}
	return p
}

// waitFor says what comes after a stage.
var waitFor = map[ask.Stage]string{
	ask.StageNamed: "posting", ask.StagePosted: "waiting for seats", ask.StageResumed: "looking where it stands",
	ask.StageMatched: "providers are working", ask.StageCommitted: "waiting for the reveals",
	ask.StageRevealed: "waiting for the verdict", ask.StageWaiting: "waiting for fresh seats",
	ask.StageDisputed: "waiting for the referee",
}

func (p *progress) tell(s ask.Progress) {
	p.ref = s.Ref
	line := fmt.Sprintf("%-10s %s\n", s.Stage, s.Text)
	if p.spin == nil {
		fmt.Fprint(p.w, line)
		return
	}
	p.spin.Stop()
	fmt.Fprint(p.w, line)
	if next, ok := waitFor[s.Stage]; ok {
		p.spin.Suffix = " " + next
		p.spin.Start()
	}
}

func (p *progress) stop() {
	if p.spin != nil {
		p.spin.Stop()
	}
}

// resume tells how to come back to a question: the same command with its client_ref. Nothing when it was never named.
func (p *progress) resume(command []string, f inferFlags) {
	if p.ref == "" {
		return
	}
	words := make([]string, 0, len(command)+2)
	for _, w := range command {
		words = append(words, quote(w))
	}
	if f.clientRef == "" {
		words = append(words, "--client-ref", quote(p.ref))
	}
	fmt.Fprintf(p.w, "To come back to the question without paying twice:\n  %s\n", strings.Join(words, " "))
}

// plainWord needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// quote makes one word of a shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
