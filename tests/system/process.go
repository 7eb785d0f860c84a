package system

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// process is a child that dies with the test and whose log is shown if the test fails.
type process struct {
	name string
	bin  string
	args []string
	env  []string
	log  string // file; appended to over restarts

	cmd  *exec.Cmd
	done chan error
}

// stopTimeout is how long a child may take to end after SIGTERM before it is killed.
const stopTimeout = 15 * time.Second

// newProcess describes a child; start starts it. On failure of the test its log's tail is printed, after it has ended.
func newProcess(tb testing.TB, dir, name, bin string, args ...string) *process {
	tb.Helper()
	p := &process{name: name, bin: bin, args: args, log: filepath.Join(dir, name+".log")}
	tb.Cleanup(func() {
		p.stop()
		if tb.Failed() {
			tb.Logf("=== the end of %s's log\n%s", p.name, tail(p.log, 60))
		}
	})
	return p
}

// start runs the child in its own process group, so that a signal to the test does not race with its cleanup.
func (p *process) start(tb testing.TB) {
	tb.Helper()
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // the child has its own descriptor
	p.cmd = exec.Command(p.bin, p.args...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", p.name, err)
	}
	p.done = make(chan error, 1)
	go func(cmd *exec.Cmd, done chan<- error) { done <- cmd.Wait() }(p.cmd, p.done)
}

// running says whether the child was started and has not been seen to end.
func (p *process) running() bool { return p.cmd != nil }

// ended returns how the child ended, if it has.
func (p *process) ended() (err error, hasEnded bool) {
	if p.cmd == nil {
		return nil, true
	}
	select {
	case err := <-p.done:
		p.cmd = nil
		return err, true
	default:
		return nil, false
	}
}

// kill is kill -9; it returns when the child is gone.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err == nil || errors.Is(err, os.ErrProcessDone) {
		<-p.done
	}
	p.cmd = nil
}

// stop asks the child to end and kills it if it does not.
func (p *process) stop() {
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.kill()
		return
	}
	select {
	case <-p.done:
		p.cmd = nil
	case <-time.After(stopTimeout):
		p.kill()
	}
}

// run runs a command to its end and returns its standard output; it fails the test with both outputs otherwise.
func run(tb testing.TB, timeout time.Duration, bin string, args ...string) []byte {
	tb.Helper()
	out, err := try(timeout, bin, args...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// try runs a command to its end; its error carries both outputs.
func try(timeout time.Duration, bin string, args ...string) ([]byte, error) {
	cmd := exec.Command(bin, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	killer := time.AfterFunc(timeout, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%s %v: %w\n%s%s", filepath.Base(bin), args, err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes(), nil
}

// tail returns the last lines of a file.
func tail(path string, lines int) []byte {
	bz, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	at := len(bz)
	for ; lines >= 0 && at > 0; lines-- {
		at = bytes.LastIndexByte(bz[:at], '\n')
		if at < 0 {
			return bz
		}
	}
	return bz[at+1:]
}
