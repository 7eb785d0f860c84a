package system

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// processes are all children of a test. They are killed when it ends; if it failed, the tails of all logs are shown
// first, before the end of one fills the log of another.
type processes struct{ all []*process }

// newProcesses must be called before anything is started.
func newProcesses(tb testing.TB) *processes {
	ps := &processes{}
	tb.Cleanup(func() {
		for _, p := range ps.all {
			if tb.Failed() {
				tb.Logf("=== the end of %s's log\n%s", p.name, tail(p.log, logTail))
			}
		}
		for _, p := range ps.all {
			p.kill()
		}
	})
	return ps
}

// process is a child.
type process struct {
	name string
	bin  string
	args []string
	log  string // file; appended to over restarts

	mu  sync.Mutex
	run *running // nil before the first start
}

// running is one life of a process.
type running struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	err  error         // how, once gone
}

// logTail is how many lines of each log are shown on failure.
const logTail = 30

// add describes a child; start starts it.
func (ps *processes) add(dir, name, bin string, args ...string) *process {
	p := &process{name: name, bin: bin, args: args, log: filepath.Join(dir, name+".log")}
	ps.all = append(ps.all, p)
	return p
}

// start runs the child in a process group of its own, so that Ctrl-C on the test does not reach it before the
// cleanup does. The kernel kills it if the test is killed.
func (p *process) start(tb testing.TB) {
	tb.Helper()
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close() // the child has its own descriptor
	r := &running{cmd: exec.Command(p.bin, p.args...), gone: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = f, f
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

// life is the present or last life of the child, nil before the first.
func (p *process) life() *running {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run
}

// ended returns how the child ended, if it has.
func (p *process) ended() (hasEnded bool, err error) {
	r := p.life()
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

// kill is kill -9; it returns when the child is gone.
func (p *process) kill() {
	r := p.life()
	if r == nil {
		return
	}
	_ = r.cmd.Process.Kill() // fails only when it has ended
	<-r.gone
}

// run runs a command to its end and returns its standard output; it fails the test with both outputs otherwise.
func run(tb testing.TB, timeout time.Duration, bin string, args ...string) []byte {
	tb.Helper()
	cmd := exec.Command(bin, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	// The whole group: go build has children that hold the pipes.
	killer := time.AfterFunc(timeout, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer killer.Stop()
	if err := cmd.Wait(); err != nil {
		tb.Fatal(fmt.Errorf("%s %v: %w\n%s%s", filepath.Base(bin), args, err, out.Bytes(), errs.Bytes()))
	}
	return out.Bytes()
}

// tail returns the last lines of a file.
func tail(path string, lines int) []byte {
	bz, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	all := bytes.Split(bytes.TrimRight(bz, "\n"), []byte("\n"))
	return bytes.Join(all[max(0, len(all)-lines):], []byte("\n"))
}
