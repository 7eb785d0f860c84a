package system

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// workerSpec says who a worker is.
type workerSpec struct {
	name   string // of its account too
	node   int    // it talks to
	bond   uint64 // AIC; 0 for the default of 1 000
	models []string
	faults []string // flags of liar; none for the shipped worker
	// inspects says that it runs every task of others again and challenges what comes out otherwise.
	inspects bool
}

// workerProcess is a worker with its home.
type workerProcess struct {
	*process
	spec workerSpec
	home string
	url  string // of its health server
}

// uaic in an AIC.
const uaic = 1_000_000

// addWorker configures a worker and starts it; waitReady waits until it serves.
func (n *network) addWorker(tb testing.TB, spec workerSpec) *workerProcess {
	tb.Helper()
	home := filepath.Join(n.dir, spec.name)
	listen := fmt.Sprintf("127.0.0.1:%d", n.base+portStep*validators+n.ports)
	n.ports++
	args := []string{
		"init", "--home", home, "--yes", "--chain-id", chainID, "--grpc-addr", n.grpc(spec.node), "--node", n.rpcs[spec.node].url,
		"--key", spec.name, "--keyring-backend", "test", "--keyring-dir", n.home(0), "--moniker", spec.name, "--listen", listen, "--threads", "1",
	}
	if spec.bond > 0 {
		args = append(args, "--bond", fmt.Sprint(spec.bond*uaic))
	}
	run(tb, time.Minute, n.bins.aiworker, args...)
	n.offer(tb, home, spec.models)
	if spec.inspects {
		inspectAll(tb, filepath.Join(home, "config.toml"))
	}
	w := &workerProcess{spec: spec, home: home, url: "http://" + listen}
	w.process = n.children.add(n.dir, spec.name, "")
	w.use(n.bins, spec.faults...)
	w.start(tb)
	n.workers[spec.name] = w
	return w
}

// offer adds models to a configuration.
func (n *network) offer(tb testing.TB, home string, models []string) {
	tb.Helper()
	var b strings.Builder
	for _, name := range models {
		fmt.Fprintf(&b, "\n[[models]]\npath = %q\nprice_input = 20000\nprice_output = 80000\nslots = 16\npublish = true\nname = %q\nlicense = \"Apache-2.0\"\n",
			n.models[name], name)
	}
	f, err := os.OpenFile(filepath.Join(home, "config.toml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err = f.WriteString(b.String()); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// inspectAll turns the inspection of others' tasks on in a configuration.
func inspectAll(tb testing.TB, path string) {
	tb.Helper()
	bz, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	const off, all = "\ninspect_bps = 0\n", "\ninspect_bps = 10000\n"
	if strings.Count(string(bz), off) != 1 {
		tb.Fatalf("%s: expected inspections to be off", path)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(bz), off, all, 1)), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// use sets what the next start runs: the shipped worker, or liar with these flags.
func (w *workerProcess) use(bins binaries, faults ...string) {
	w.bin, w.args = bins.aiworker, []string{"run", "--home", w.home}
	if len(faults) > 0 {
		w.bin, w.args = bins.liar, append([]string{"--home", w.home}, faults...)
	}
}

// waitReady waits until the worker serves seats.
func (w *workerProcess) waitReady(tb testing.TB) {
	tb.Helper()
	until(tb, startTimeout, w.name+" to be ready", func() (bool, string) {
		if ended, err := w.ended(); ended {
			tb.Fatalf("%s ended by itself: %v", w.name, err)
		}
		body, code, err := httpGet(w.url + "/readyz")
		return err == nil && code == http.StatusOK, fmt.Sprint(string(body), err)
	})
}

// waitSeats waits until the worker has a seat in a state of its journal, such as commit_sent.
func (w *workerProcess) waitSeats(tb testing.TB, state string) {
	tb.Helper()
	until(tb, caseTimeout, fmt.Sprintf("%s to have a seat %s", w.name, state), func() (bool, string) {
		body, _, err := httpGet(w.url + "/status")
		if err != nil {
			return false, err.Error()
		}
		var s struct{ Seats map[string]int }
		if err := json.Unmarshal(body, &s); err != nil {
			return false, err.Error()
		}
		return s.Seats[state] > 0, string(body)
	})
}

var httpClient = http.Client{Timeout: 3 * time.Second}

func httpGet(url string) (body []byte, code int, err error) {
	res, err := httpClient.Get(url)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close() // only read from
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	return b.Bytes(), res.StatusCode, err
}

// gates is the folder through which a test opens the seats of a gated worker.
type gates string

// newGates makes the folder of a gated worker.
func (n *network) newGates(tb testing.TB, worker string) gates {
	tb.Helper()
	dir := filepath.Join(n.dir, worker+"-gates")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	return gates(dir)
}

// flag tells a worker to stand behind these gates.
func (g gates) flag() []string { return []string{"--gates", string(g)} }

// open lets the worker commit to or reveal a task.
func (g gates) open(tb testing.TB, what string, task uint64) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(string(g), fmt.Sprintf("%s-%d", what, task)), nil, 0o600); err != nil {
		tb.Fatal(err)
	}
}
