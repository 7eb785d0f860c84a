package system

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/aichain/aichain/tests/localnet"
)

// TestMain lets all cases go on at once: they wait for blocks, not for the processor.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestSystem runs all cases on one network. The cases are in the files named after what goes wrong in them.
func TestSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("starts four validators and fourteen workers, and takes minutes")
	}
	c := newCast(t)
	before := c.Purses(t)
	if !t.Run("three providers answer and the balances add up", c.happy) {
		return
	}
	t.Run("at the same time", func(t *testing.T) {
		for _, one := range []struct {
			name string
			do   func(*testing.T)
		}{
			{"a liar is refuted by the referee and loses its lien", c.lied},
			{"a silent seat is redrawn, or all is refunded", c.muted},
			{"a seat that hides its answer loses its lien", c.hidden},
			{"a worker killed around its commit goes on", c.crashed},
			{"a worker cut off from the chain reveals in time", c.cut},
			{"validators killed in each phase come back with the state", c.gated},
			{"ctrl-c and the same client_ref pay once", c.stopped},
			{"a task takes at most eight blocks", c.quick},
		} {
			t.Run(one.name, func(t *testing.T) {
				t.Parallel()
				one.do(t)
			})
		}
	})
	t.Run("every uaic is where the rules put it", func(t *testing.T) { c.settled(t, before) })
	t.Run("all nodes have the same state", func(t *testing.T) {
		for i := range c.Nodes {
			c.SameState(t, i, c.Height(t))
		}
	})
}

// settled compares what every worker owns with what the tasks must have brought it: nobody honest has lost anything,
// nobody has paid a fee to commit or reveal, and all liens are free again.
func (c *cast) settled(t *testing.T, before map[string]localnet.Purse) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		localnet.Until(t, localnet.CaseTimeout, "the liens of "+name+" to be free", func() (bool, string) {
			bonded, free := c.Chain.Bond(t, c.Addresses[name])
			return bonded == free, fmt.Sprintf("%d of %d are", free, bonded)
		})
	}
	want, tasks := c.AllDues(t)
	after := c.Purses(t)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		due := want[c.Addresses[name]]
		if got := after[name].Balance - before[name].Balance; got != due.Earned {
			t.Errorf("%s: expected to have earned %d uaic, got %d", name, due.Earned, int64(got))
		}
		if got := before[name].Bonded - after[name].Bonded; got != due.Slashed {
			t.Errorf("%s: expected to have lost %d uaic of its bond, got %d", name, due.Slashed, int64(got))
		}
		if isBad := name == "liar" || name == "mute" || name == "hider"; isBad != (due.Slashed > 0) {
			t.Errorf("%s: slashed %d uaic", name, due.Slashed)
		}
		t.Logf("%-8s earned %7d uaic, lost %8d of its bond", name, due.Earned, due.Slashed)
	}
	t.Logf("%d tasks, %d blocks", tasks, c.Height(t))
}
