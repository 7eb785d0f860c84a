package localnet

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

// CaseTimeout bounds each wait of a case; the longest is for a trace that stays out, five commit windows.
const CaseTimeout = 240 * time.Second

const (
	Prompt = "What is 37+45?"
	Truth  = "82"
)

// Answer is what aichaind infer -o json prints.
type Answer struct {
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
	Exit       int
	Said, Told string
}

// Question is a running aichaind infer.
type Question struct {
	n         *Network
	requester string
	Ref       string
	cmd       *exec.Cmd
	out       bytes.Buffer
	log       string // file of what it tells while it waits
	killer    *time.Timer
}

// Ask starts aichaind infer for the prompt under a client_ref.
func (n *Network) Ask(tb testing.TB, requester, model, ref string) *Question {
	tb.Helper()
	q := &Question{n: n, requester: requester, Ref: ref}
	q.cmd = exec.Command(n.Bins.Aichaind, "infer", Prompt, "--model", model, "--from", requester, "--client-ref", ref,
		"--home", n.Home(0), "--keyring-backend", "test", "--grpc-addr", n.Grpc(0), "--node", n.RPCs[0].URL,
		"--tokenizer", n.Models["nano"], "-o", "json")
	q.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	log, err := os.CreateTemp(n.Dir, "infer-"+ref+"-*.log")
	if err != nil {
		tb.Fatal(err)
	}
	defer log.Close() // the child has its own descriptor
	q.log = log.Name()
	q.cmd.Stdout, q.cmd.Stderr = &q.out, log
	if err := q.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	q.killer = time.AfterFunc(2*CaseTimeout, func() { _ = q.cmd.Process.Kill() })
	tb.Cleanup(func() { _ = q.cmd.Process.Kill() }) // it may have ended long ago
	return q
}

// TaskID waits until the question is on chain.
func (q *Question) TaskID(tb testing.TB) (id uint64) {
	tb.Helper()
	Until(tb, CaseTimeout, "the task of "+q.Ref, func() (bool, string) {
		id = q.n.Chain.ByRef(tb, q.n.Addresses[q.requester], q.Ref)
		return id > 0, "nothing on chain"
	})
	return id
}

// Interrupt is Ctrl-C.
func (q *Question) Interrupt(tb testing.TB) {
	tb.Helper()
	if err := q.cmd.Process.Signal(syscall.SIGINT); err != nil {
		tb.Fatal(err)
	}
}

// Wait waits for the end of infer and reads what it printed.
func (q *Question) Wait(tb testing.TB) Answer {
	tb.Helper()
	err := q.cmd.Wait()
	q.killer.Stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	a := Answer{Exit: q.cmd.ProcessState.ExitCode(), Said: q.out.String(), Told: string(Tail(q.log, logTail))}
	if q.out.Len() == 0 {
		return a
	}
	if err := json.Unmarshal(q.out.Bytes(), &a); err != nil {
		tb.Fatalf("infer -o json: %v in %s", err, &q.out)
	}
	return a
}

// Right waits for the end and requires the right answer, verified.
func (q *Question) Right(tb testing.TB) Answer {
	tb.Helper()
	a := q.Wait(tb)
	if a.Exit != 0 || a.Status != "SETTLED" || a.Answer != Truth {
		tb.Fatalf("%s: expected exit 0 and %s, got exit %d: %s%s", q.Ref, Truth, a.Exit, a.Said, a.Told)
	}
	if a.Escrowed != a.Paid+a.Refunded || a.Paid != a.ToSeats+a.ToModel+a.ToVals+a.Burned {
		tb.Fatalf("%s: the money does not add up: %s", q.Ref, a.Said)
	}
	return a
}

// Refunded waits for the end and requires that all the money came back.
func (q *Question) Refunded(tb testing.TB) Answer {
	tb.Helper()
	const exitRefunded = 4
	a := q.Wait(tb)
	if a.Exit != exitRefunded || a.Status != "REFUNDED" || a.Refunded != a.Escrowed || a.Paid != 0 {
		tb.Fatalf("%s: expected exit %d and a full refund, got exit %d: %s%s", q.Ref, exitRefunded, a.Exit, a.Said, a.Told)
	}
	return a
}

// WaitTold waits until infer has told of a stage, such as named.
func (q *Question) WaitTold(tb testing.TB, stage string) {
	tb.Helper()
	Until(tb, CaseTimeout, fmt.Sprintf("infer of %s to tell %q", q.Ref, stage), func() (bool, string) {
		told := Tail(q.log, logTail)
		return bytes.Contains(told, []byte(stage)), string(told)
	})
}
