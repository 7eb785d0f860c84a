package localnet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Processes are all children of a test. They are killed when it ends; if it failed, the tails of all logs are shown
// first, before the end of one fills the log of another.
type Processes struct{ all []*Process }

// NewProcesses must be called before anything is started.
func NewProcesses(tb testing.TB) *Processes {
	ps := &Processes{}
	tb.Cleanup(func() {
		for _, p := range ps.all {
			if tb.Failed() {
				tb.Logf("=== the end of %s's log\n%s", p.name, Tail(p.Log, logTail))
			}
		}
		for _, p := range ps.all {
			p.Kill()
		}
	})
	return ps
}

// Process is a child.
type Process struct {
	name string
	Bin  string
	Args []string
	Env  []string // beside the test's own
	Log  string   // file; appended to over restarts

	mu  sync.Mutex
	run *Running // nil before the first start
}

// Running is one life of a process.
type Running struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	err  error         // how, once gone
}

// logTail is how many lines of each log are shown on failure.
const logTail = 30

// Add describes a child; start starts it.
func (ps *Processes) Add(dir, name, bin string, args ...string) *Process {
	p := &Process{name: name, Bin: bin, Args: args, Log: filepath.Join(dir, name+".log")}
	ps.all = append(ps.all, p)
	return p
}

// Start runs the child in a process group of its own, so that Ctrl-C on the test does not reach it before the
// cleanup does. The kernel kills it if the test is killed.
func (p *Process) Start(tb testing.TB) {
	tb.Helper()
	f, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close() // the child has its own descriptor
	r := &Running{cmd: exec.Command(p.Bin, p.Args...), gone: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr, r.cmd.Env = f, f, append(os.Environ(), p.Env...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := r.cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", p.name, err)
	}
	go func() {
		r.err = r.cmd.Wait()
		close(r.gone)
	}()
	p.mu.Lock()
	p.run = r
	p.mu.Unlock()
}

// Life is the present or last life of the child, nil before the first.
func (p *Process) Life() *Running {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run
}

// Ended returns how the child ended, if it has.
func (p *Process) Ended() (hasEnded bool, err error) {
	r := p.Life()
	if r == nil {
		return true, nil
	}
	select {
	case <-r.gone:
		return true, r.err
	default:
		return false, nil
	}
}

// Kill is kill -9; it returns when the child is gone.
func (p *Process) Kill() {
	r := p.Life()
	if r == nil {
		return
	}
	_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) // with its children; fails only when it has ended
	<-r.gone
}

// Stop asks the child and its own children to end, as systemd would, and returns when all are gone. Cosmovisor after an
// upgrade may end before it has passed the signal on.
func (p *Process) Stop(tb testing.TB) {
	tb.Helper()
	r := p.Life()
	_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGTERM) // fails only when it has ended
	select {
	case <-r.gone:
	case <-time.After(StartTimeout):
		tb.Fatalf("%s did not stop in %s", p.name, StartTimeout)
	}
	// A supervisor may be gone before what it supervised.
	Until(tb, StartTimeout, p.name+"'s children to end", func() (bool, string) {
		return errors.Is(syscall.Kill(-r.cmd.Process.Pid, 0), syscall.ESRCH), "alive"
	})
}

// PID of the present or last life.
func (p *Process) PID() int { return p.Life().cmd.Process.Pid }

// Run runs a command to its end and returns its standard output; it fails the test with both outputs otherwise.
func Run(tb testing.TB, timeout time.Duration, bin string, args ...string) []byte {
	tb.Helper()
	out, err := Try(timeout, bin, args...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// Try is Run for a command that may fail.
func Try(timeout time.Duration, bin string, args ...string) ([]byte, error) {
	cmd := exec.Command(bin, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// The whole group: go build has children that hold the pipes.
	killer := time.AfterFunc(timeout, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer killer.Stop()
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%s %v: %w\n%s%s", filepath.Base(bin), args, err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes(), nil
}

// Tail returns the last lines of a file.
func Tail(path string, lines int) []byte {
	bz, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	all := bytes.Split(bytes.TrimRight(bz, "\n"), []byte("\n"))
	return bytes.Join(all[max(0, len(all)-lines):], []byte("\n"))
}
