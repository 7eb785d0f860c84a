package system

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// worker is a provider on its own key in node0's keyring.
type worker struct {
	*process
	n       *network
	account string
	home    string
	health  string
}

// model is the file that every worker serves.
func modelFile(tb testing.TB) string {
	tb.Helper()
	path, err := filepath.Abs("../../models/nano/nano.canon")
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// newWorker configures the i-th worker on an account. how is empty for the shipped binary, else what liar does.
func (n *network) newWorker(i int, account, how string) *worker {
	n.tb.Helper()
	w := &worker{n: n, account: account, home: filepath.Join(n.dir, account), health: fmt.Sprintf("127.0.0.1:%d", n.base+10*validators+i)}
	node := i % (validators - 1) // the last one is the one that gets killed
	run(n.tb, cliTimeout, bins.aiworker, "init", "--home", w.home, "--yes", "--chain-id", chainID, "--grpc-addr", n.grpc(node), "--node", n.node(node),
		"--key", account, "--keyring-backend", "test", "--keyring-dir", n.home(0), "--moniker", account, "--listen", w.health,
		"--model", modelFile(n.tb), "--publish", "--name", "nano", "--license", "Apache-2.0", "--threads", "1")
	if how == "" {
		w.process = newProcess(n.tb, n.dir, account+"-worker", bins.aiworker, "run", "--home", w.home)
	} else {
		w.process = newProcess(n.tb, n.dir, account+"-worker", bins.liar, "--home", w.home, how)
	}
	return w
}

// waitReady waits until the worker is registered, has its offer and serves.
func (w *worker) waitReady() {
	w.n.tb.Helper()
	c := http.Client{Timeout: 2 * time.Second}
	until(w.n.tb, startTimeout, w.account+" is ready", func() (bool, string) {
		if err, ended := w.ended(); ended {
			w.n.tb.Fatalf("%s has ended: %v", w.account, err)
		}
		res, err := c.Get("http://" + w.health + "/readyz")
		if err != nil {
			return false, err.Error()
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK, res.Status
	})
}

// startWorkers starts workers and waits until all are ready; the first to come publishes the model.
func (n *network) startWorkers(workers ...*worker) {
	n.tb.Helper()
	for _, w := range workers {
		w.start(n.tb)
	}
	for _, w := range workers {
		w.waitReady()
	}
}

// address of an account in node0's keyring.
func (n *network) address(account string) string {
	n.tb.Helper()
	return strings.TrimSpace(string(run(n.tb, cliTimeout, bins.aichaind, "keys", "show", account, "-a", "--keyring-backend", "test", "--home", n.home(0))))
}
