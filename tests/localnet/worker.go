package localnet

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

// WorkerSpec says who a worker is.
type WorkerSpec struct {
	Name   string // of its account too
	Node   int    // it talks to
	Bond   uint64 // AIC; 0 for the default of 1 000
	Models []string
	Faults []string // flags of liar; none for the shipped worker
	// inspects says that it runs every task of others again and challenges what comes out otherwise.
	Inspects bool
}

// WorkerProcess is a worker with its home.
type WorkerProcess struct {
	*Process
	Spec WorkerSpec
	Home string
	URL  string // of its health server
}

// uaic in an AIC.
const uaic = 1_000_000

// AddWorker configures a worker and starts it; waitReady waits until it serves.
func (n *Network) AddWorker(tb testing.TB, spec WorkerSpec) *WorkerProcess {
	tb.Helper()
	home := filepath.Join(n.Dir, spec.Name)
	listen := fmt.Sprintf("127.0.0.1:%d", n.base+portStep*maxNodes+n.ports)
	n.ports++
	args := []string{
		"init", "--home", home, "--yes", "--chain-id", ChainID, "--grpc-addr", n.Grpc(spec.Node), "--node", n.RPCs[spec.Node].URL,
		"--key", spec.Name, "--keyring-backend", "test", "--keyring-dir", n.Home(0), "--moniker", spec.Name, "--listen", listen, "--threads", "1",
	}
	if spec.Bond > 0 {
		args = append(args, "--bond", fmt.Sprint(spec.Bond*uaic))
	}
	Run(tb, time.Minute, n.Bins.Aiworker, args...)
	n.Offer(tb, home, spec.Models)
	if spec.Inspects {
		InspectAll(tb, filepath.Join(home, "config.toml"))
	}
	w := &WorkerProcess{Spec: spec, Home: home, URL: "http://" + listen}
	w.Process = n.Children.Add(n.Dir, spec.Name, "")
	w.Use(n.Bins, spec.Faults...)
	w.Start(tb)
	n.Workers[spec.Name] = w
	return w
}

// Adopt takes up a worker whose home is there already. Use and Start it then.
func (n *Network) Adopt(spec WorkerSpec) *WorkerProcess {
	w := &WorkerProcess{Spec: spec, Home: filepath.Join(n.Dir, spec.Name)}
	w.Process = n.Children.Add(n.Dir, spec.Name, "")
	n.Workers[spec.Name] = w
	return w
}

// Offer adds models to a configuration.
func (n *Network) Offer(tb testing.TB, home string, models []string) {
	tb.Helper()
	var b strings.Builder
	for _, name := range models {
		fmt.Fprintf(&b, "\n[[models]]\npath = %q\nprice_input = 20000\nprice_output = 80000\nslots = 16\npublish = true\nname = %q\nlicense = \"Apache-2.0\"\n",
			n.Models[name], name)
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

// InspectAll turns the inspection of others' tasks on in a configuration.
func InspectAll(tb testing.TB, path string) {
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

// Use sets what the next start runs: the shipped worker, or liar with these flags.
func (w *WorkerProcess) Use(bins Binaries, faults ...string) {
	w.Bin, w.Args = bins.Aiworker, []string{"run", "--home", w.Home}
	if len(faults) > 0 {
		w.Bin, w.Args = bins.Liar, append([]string{"--home", w.Home}, faults...)
	}
}

// WaitReady waits until the worker serves seats.
func (w *WorkerProcess) WaitReady(tb testing.TB) {
	tb.Helper()
	Until(tb, StartTimeout, w.name+" to be ready", func() (bool, string) {
		if ended, err := w.Ended(); ended {
			tb.Fatalf("%s ended by itself: %v", w.name, err)
		}
		body, code, err := HTTPGet(w.URL + "/readyz")
		return err == nil && code == http.StatusOK, fmt.Sprint(string(body), err)
	})
}

// WaitSeats waits until the worker has a seat in a state of its journal, such as commit_sent.
func (w *WorkerProcess) WaitSeats(tb testing.TB, state string) {
	tb.Helper()
	Until(tb, CaseTimeout, fmt.Sprintf("%s to have a seat %s", w.name, state), func() (bool, string) {
		body, _, err := HTTPGet(w.URL + "/status")
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

func HTTPGet(url string) (body []byte, code int, err error) {
	res, err := httpClient.Get(url)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close() // only read from
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	return b.Bytes(), res.StatusCode, err
}

// Gates is the folder through which a test opens the seats of a gated worker.
type Gates string

// NewGates makes the folder of a gated worker.
func (n *Network) NewGates(tb testing.TB, worker string) Gates {
	tb.Helper()
	dir := filepath.Join(n.Dir, worker+"-gates")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	return Gates(dir)
}

// Flag tells a worker to stand behind these gates.
func (g Gates) Flag() []string { return []string{"--gates", string(g)} }

// Open lets the worker commit to or reveal a task.
func (g Gates) Open(tb testing.TB, what string, task uint64) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(string(g), fmt.Sprintf("%s-%d", what, task)), nil, 0o600); err != nil {
		tb.Fatal(err)
	}
}
