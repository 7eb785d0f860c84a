package flow

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/tests/kit"
)

// TestFlow plays every script. Rewrite their answers with: go test ./tests/flow -run TestFlow -rewrite
func TestFlow(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			play := &twin{}
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				return play.command(t, newLine(d.Cmd, d.CmdArgs), d.Input)
			})
		})
	}
}

// twin plays a script on two chains.
type twin struct {
	steady, restarted *stage
}

// stage is one chain and what was seen on it.
type stage struct {
	*kit.World
	hashes   [][]byte               // app hash of every block
	purses   map[string]uint64      // at the beginning and after each `money`
	players  map[string]*kit.Player // of disputes, by the name that was registered
	restarts bool                   // is killed whenever it can be
}

// command plays one command on both chains and returns what the steady one said.
func (p *twin) command(t *testing.T, l line, input string) (said string) {
	if l.word == "chain" {
		p.steady, p.restarted = newStage(t, l, true), newStage(t, l, false) // equal states: one look is enough
		return fmt.Sprintf("block %d", p.steady.Height())
	}
	if p.steady == nil {
		t.Fatal("a script begins with `chain`")
	}
	p.steady.TB, p.restarted.TB = t, t
	said = p.steady.play(l, input)
	p.restarted.kill()
	if again := p.restarted.play(l, input); again != said {
		t.Fatalf("%s: a restarted chain says\n%s\nan uninterrupted one\n%s", l.word, again, said)
	}
	p.compare(t)
	return said
}

// kill stops the application in the middle of a block, run but not committed, and starts it from its database.
func (s *stage) kill() {
	c := s.Chain
	clock, turn := c.Time, c.Proposer
	c.Finalize(s.TB, c.Propose(s.TB))
	c.Time, c.Proposer = clock, turn // the block that was lost is proposed again
	s.Restart()
}

// compare wants equal app hashes in every block.
func (p *twin) compare(t *testing.T) {
	a, b := p.steady.hashes, p.restarted.hashes
	if len(a) != len(b) {
		t.Fatalf("%d blocks on one chain, %d on the other", len(a), len(b))
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			t.Fatalf("app hashes differ, %d blocks before the last", len(a)-1-i)
		}
	}
}

// play runs one command and returns the answer.
func (s *stage) play(l line, input string) string {
	if look, ok := looks[l.word]; ok {
		return strings.Join(look(s, &l), "\n")
	}
	switch l.word {
	case "wait":
		return s.wait(l)
	case "until":
		return s.until(l)
	case "goto":
		return s.goTo(l)
	case "together":
		var txs []kit.Tx
		for text := range strings.SplitSeq(input, "\n") {
			l, err := parseLine(text)
			if err != nil {
				s.TB.Fatal(err)
			}
			txs = append(txs, s.transactions(l)...)
		}
		return s.block(txs...)
	case "play":
		return s.playDisputes(l)
	case "conduct":
		return s.conduct(l)
	case "params":
		return s.params(l)
	case "export":
		s.export()
		return "the same bytes"
	case "move":
		s.World = s.export()
		return "the same bytes; the story goes on there\n" + s.block()
	}
	return s.block(s.transactions(l)...)
}

func (s *stage) transactions(l line) []kit.Tx {
	for i, name := range l.names {
		l.names[i] = s.seatOf(name)
	}
	switch l.word {
	case "challenge":
		return s.challenge(l)
	case "due":
		return s.due(l)
	}
	act, ok := actions[l.word]
	if !ok {
		s.TB.Fatalf("unknown command %q", l.word)
	}
	return act(s.World, &l)
}

// seatOf turns 4.2, the second seat of task 4 in its present round, into who sits there, and 4.x1 into the first
// provider that was never seated on it; other names stay.
func (s *stage) seatOf(name string) string {
	var task uint64
	var seat int
	if n, err := fmt.Sscanf(name, "%d.x%d", &task, &seat); n == 2 && err == nil {
		return s.outsider(task, seat)
	}
	if n, err := fmt.Sscanf(name, "%d.%d", &task, &seat); n != 2 || err != nil {
		return name
	}
	return s.Seats(task)[seat-1]
}

// outsider is the n-th registered provider without a seat on a task.
func (s *stage) outsider(task uint64, n int) string {
	seated := map[string]bool{}
	for _, r := range s.Rounds(task) {
		for i := range r.Seats {
			seated[r.Seats[i].Provider] = true
		}
	}
	for _, name := range s.Everybody() {
		if bonded, _ := s.Bond(name); bonded == 0 || seated[s.Address(name)] {
			continue
		}
		if n--; n == 0 {
			return s.NameOf(s.Address(name))
		}
	}
	s.TB.Fatalf("task %d has too few outsiders", task)
	return ""
}

// run makes one block and keeps its app hash.
func (s *stage) run(txs ...kit.Tx) kit.Block {
	b := s.Do(txs...)
	s.hashes = append(s.hashes, b.AppHash)
	return b
}

// block makes one block and says what happened in it. A block in which all is refused must leave the stores of
// compute, attest and reward as they were, unless the block steps had work of their own.
func (s *stage) block(txs ...kit.Tx) string {
	before := s.StoreHashes()
	b := s.run(txs...)
	lines, refused := s.words(b)
	if refused > 0 && refused == len(txs) && len(b.Events) == 0 {
		if after := s.StoreHashes(); after != before {
			s.TB.Errorf("block %d: everything was refused, yet the state changed:\n%s\n%s", b.Height, before, after)
		}
	}
	return paragraph(b.Height, lines)
}

// words says what happened in a block and how many transactions were refused.
func (s *stage) words(b kit.Block) (lines []string, refused int) {
	for _, r := range b.Results {
		if !r.OK() {
			refused++
			lines = append(lines, "refused: "+r.Error)
			continue
		}
		for _, e := range r.Events {
			lines = append(lines, s.Say(e))
		}
		if len(r.Events) == 0 {
			lines = append(lines, "accepted, nothing new")
		}
	}
	for _, e := range b.Events {
		if say := s.Say(e); say != "" {
			lines = append(lines, say)
		}
	}
	return fold(lines), refused
}

// manyLines is from how many lines on those of a block are folded.
const manyLines = 50

var (
	aboutTask = regexp.MustCompile(`^task (\d+) (.*)$`)
	seatList  = regexp.MustCompile(`: seats [A-Z ]+$`)
)

// fold says only once what a block says of many tasks.
func fold(lines []string) []string {
	if len(lines) < manyLines {
		return lines
	}
	var out, texts []string
	ids := map[string][]uint64{}
	for _, l := range lines {
		m := aboutTask.FindStringSubmatch(l)
		if m == nil {
			out = append(out, l)
			continue
		}
		id, text := line{}, seatList.ReplaceAllString(m[2], ": seats drawn")
		id.values = map[string][]string{"task": {m[1]}}
		if len(ids[text]) == 0 {
			texts = append(texts, text)
		}
		ids[text] = append(ids[text], id.task())
	}
	for _, text := range texts {
		out = append(out, kit.Tasks(ids[text])+" "+text)
	}
	return out
}

// paragraph is a block's height and what happened in it.
func paragraph(height uint64, lines []string) string {
	switch len(lines) {
	case 0:
		return fmt.Sprintf("block %d: nothing", height)
	case 1:
		return fmt.Sprintf("block %d: %s", height, lines[0])
	}
	return fmt.Sprintf("block %d:\n  %s", height, strings.Join(lines, "\n  "))
}

// empty makes an empty block and returns what to say about it, nothing if nothing happened.
func (s *stage) empty() []string {
	b := s.run()
	lines, _ := s.words(b)
	if len(lines) == 0 {
		return nil
	}
	return []string{paragraph(b.Height, lines)}
}

// wait makes empty blocks.
func (s *stage) wait(l line) string {
	var said []string
	for range l.number("blocks", 1) {
		said = append(said, s.empty()...)
	}
	if len(said) == 0 {
		return fmt.Sprintf("block %d: nothing so far", s.Height())
	}
	return strings.Join(said, "\n")
}

// until makes empty blocks until a task has the status that is asked for.
func (s *stage) until(l line) string {
	const most = 400
	var said []string
	for range most {
		look, err := s.Look(l.task())
		if err != nil || short(look.Progress.Status) == l.text("status", "SETTLED") {
			return strings.Join(said, "\n")
		}
		said = append(said, s.empty()...)
	}
	return strings.Join(append(said, "still not"), "\n")
}

// goTo makes empty blocks so that the next one has the height that is asked for: `deadline` of a task's round, that of
// `dispute=3`, or `next`, the height at which the chain looks at the task again, with an offset.
func (s *stage) goTo(l line) string {
	var target uint64
	look, err := s.Look(l.task())
	if err != nil && !l.has("height") && !l.has("dispute") {
		s.TB.Fatal(err)
	}
	switch {
	case l.has("height"):
		target = l.number("height", 0)
	case l.has("dispute"):
		target = s.Dispute(l.number("dispute", 0)).Dispute.Deadline
	case l.take("deadline"):
		target = s.Deadline(l.task())
	default:
		target = look.NextHeight
	}
	target = target + l.number("after", 0) - l.number("before", 0)
	if target <= s.Height() {
		s.TB.Fatalf("block %d is past", target)
	}
	var said []string
	for s.Height()+1 < target {
		said = append(said, s.empty()...)
	}
	return strings.Join(append(said, fmt.Sprintf("next block %d", target)), "\n")
}

// params changes parameters by a vote of the validators.
func (s *stage) params(l line) string {
	msgs := []sdk.Msg{s.ParamChange(l.names[0], l.values)}
	blocks := s.Govern(msgs...)
	for _, b := range blocks {
		s.hashes = append(s.hashes, b.AppHash)
	}
	return fmt.Sprintf("block %d: voted", s.Height())
}

// export exports the state, imports it into a new chain and exports that: the bytes must be the same.
func (s *stage) export() *kit.World {
	copied, err := s.RoundTrip()
	if err != nil {
		s.TB.Error(err)
	}
	return copied
}
