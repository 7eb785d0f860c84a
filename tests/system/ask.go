package system

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// caseTimeout bounds each wait of a case; the longest lasts two windows.
const caseTimeout = 150 * time.Second

const (
	prompt = "What is 37+45?"
	truth  = "82"
)

// answer is what aichaind infer -o json prints.
type answer struct {
	TaskID     uint64 `json:"task_id"`
	Status     string
	Reason     string
	Answer     string
	Escrowed   uint64
	Paid       uint64
	ToSeats    uint64 `json:"paid_seats"`
	ToModel    uint64 `json:"paid_model"`
	ToVals     uint64 `json:"paid_validators"`
	Burned     uint64
	Refunded   uint64
	Fee        uint64
	Providers  []string
	IsResumed  bool `json:"resumed"`
	Heights    struct{ Posted, Settled int64 }
	exit       int
	said, told string
}

// question is a running aichaind infer.
type question struct {
	n         *network
	requester string
	ref       string
	cmd       *exec.Cmd
	out       bytes.Buffer
	log       string // file of what it tells while it waits
	killer    *time.Timer
}

// ask starts aichaind infer for the prompt under a client_ref.
func (n *network) ask(tb testing.TB, requester, model, ref string) *question {
	tb.Helper()
	q := &question{n: n, requester: requester, ref: ref}
	q.cmd = exec.Command(n.bins.aichaind, "infer", prompt, "--model", model, "--from", requester, "--client-ref", ref,
		"--home", n.home(0), "--keyring-backend", "test", "--grpc-addr", n.grpc(0), "--node", n.rpcs[0].url,
		"--tokenizer", n.models["nano"], "-o", "json")
	q.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	log, err := os.CreateTemp(n.dir, "infer-"+ref+"-*.log")
	if err != nil {
		tb.Fatal(err)
	}
	defer log.Close() // the child has its own descriptor
	q.log = log.Name()
	q.cmd.Stdout, q.cmd.Stderr = &q.out, log
	if err := q.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	q.killer = time.AfterFunc(2*caseTimeout, func() { _ = q.cmd.Process.Kill() })
	tb.Cleanup(func() { _ = q.cmd.Process.Kill() }) // it may have ended long ago
	return q
}

// taskID waits until the question is on chain.
func (q *question) taskID(tb testing.TB) (id uint64) {
	tb.Helper()
	until(tb, caseTimeout, "the task of "+q.ref, func() (bool, string) {
		id = q.n.chain.byRef(tb, q.n.addresses[q.requester], q.ref)
		return id > 0, "nothing on chain"
	})
	return id
}

// interrupt is Ctrl-C.
func (q *question) interrupt(tb testing.TB) {
	tb.Helper()
	if err := q.cmd.Process.Signal(syscall.SIGINT); err != nil {
		tb.Fatal(err)
	}
}

// wait waits for the end of infer and reads what it printed.
func (q *question) wait(tb testing.TB) answer {
	tb.Helper()
	err := q.cmd.Wait()
	q.killer.Stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	a := answer{exit: q.cmd.ProcessState.ExitCode(), said: q.out.String(), told: string(tail(q.log, logTail))}
	if q.out.Len() == 0 {
		return a
	}
	if err := json.Unmarshal(q.out.Bytes(), &a); err != nil {
		tb.Fatalf("infer -o json: %v in %s", err, &q.out)
	}
	return a
}

// right waits for the end and requires the right answer, verified.
func (q *question) right(tb testing.TB) answer {
	tb.Helper()
	a := q.wait(tb)
	if a.exit != 0 || a.Status != "SETTLED" || a.Answer != truth {
		tb.Fatalf("%s: expected exit 0 and %s, got exit %d: %s%s", q.ref, truth, a.exit, a.said, a.told)
	}
	if a.Escrowed != a.Paid+a.Refunded || a.Paid != a.ToSeats+a.ToModel+a.ToVals+a.Burned {
		tb.Fatalf("%s: the money does not add up: %s", q.ref, a.said)
	}
	return a
}

// refunded waits for the end and requires that all the money came back.
func (q *question) refunded(tb testing.TB) answer {
	tb.Helper()
	const exitRefunded = 4
	a := q.wait(tb)
	if a.exit != exitRefunded || a.Status != "REFUNDED" || a.Refunded != a.Escrowed || a.Paid != 0 {
		tb.Fatalf("%s: expected exit %d and a full refund, got exit %d: %s%s", q.ref, exitRefunded, a.exit, a.said, a.told)
	}
	return a
}

// waitTold waits until infer has told of a stage, such as named.
func (q *question) waitTold(tb testing.TB, stage string) {
	tb.Helper()
	until(tb, caseTimeout, fmt.Sprintf("infer of %s to tell %q", q.ref, stage), func() (bool, string) {
		told := tail(q.log, logTail)
		return bytes.Contains(told, []byte(stage)), string(told)
	})
}
