package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aichain/aichain/client"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Finding is one check of the doctor.
type Finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"` // the next step when it is not OK
}

// Bounds of the doctor.
const (
	// minFreeBytes on the journal's disk: a record is a few KiB, and bbolt grows in steps of up to 16 MiB.
	minFreeBytes = 256 << 20
	// maxClockSkew between this machine and the newest block.
	maxClockSkew = 30 * time.Second
)

// Patient is what the doctor looks at. Chain is nil when the key could not be opened; KeyErr says why.
type Patient struct {
	Config  Config
	Address string
	KeyErr  error
	Chain   DoctorChain
	// Root computes the id of a model file.
	Root func(path string) ([32]byte, error)
	// RPC asks the CometBFT RPC at a URL which chain it is of.
	RPC func(ctx context.Context, url string) (chainID string, err error)
	Now func() time.Time
}

// DoctorChain is what the doctor asks of the chain; *client.Client is one.
type DoctorChain interface {
	CheckChain(ctx context.Context) error
	BlockTime(ctx context.Context) (height uint64, at time.Time, err error)
	Balance(ctx context.Context, addr string) (uint64, error)
	Provider(ctx context.Context, addr string) (*computetypes.QueryProviderResponse, error)
	Model(ctx context.Context, id []byte) (computetypes.Model, error)
	ComputeParams(ctx context.Context) (computetypes.Params, error)
}

var _ DoctorChain = (*client.Client)(nil)

// Examine runs all checks and returns them in order, each with the next step if it failed.
func (p Patient) Examine(ctx context.Context) []Finding {
	out := []Finding{p.config(), p.key(), p.disk()}
	if p.KeyErr == nil {
		out = append(out, p.memory())
	}
	reach := p.chain(ctx)
	out = append(out, reach...)
	isReachable := reach[0].OK
	if isReachable && p.Config.Chain.RPC != "" {
		out = append(out, p.blocks(ctx))
	}
	if isReachable && p.KeyErr == nil {
		out = append(out, p.money(ctx))
		if p.Config.Dispute.InspectBps > 0 {
			out = append(out, p.stake(ctx))
		}
	}
	for i, m := range p.Config.Models {
		out = append(out, p.model(ctx, i, m, isReachable))
	}
	return out
}

func (p Patient) config() Finding {
	f := Finding{Check: "config", OK: true, Detail: fmt.Sprintf("chain %s, %d models", p.Config.Chain.ChainID, len(p.Config.Models))}
	if err := p.Config.Validate(); err != nil {
		return Finding{Check: "config", Detail: err.Error(), Next: "edit config.toml"}
	}
	if len(p.Config.Models) == 0 {
		return Finding{Check: "config", Detail: "no models", Next: "add a [[models]] block to config.toml"}
	}
	return f
}

func (p Patient) key() Finding {
	if p.KeyErr != nil {
		f := Finding{Check: "key"}
		f.Detail, f.Next = told(p.KeyErr, "aiworker init --create-key, or name an existing key in [key]")
		return f
	}
	return Finding{Check: "key", OK: true, Detail: p.Address}
}

func (p Patient) disk() Finding {
	dir := filepath.Dir(p.Config.In(p.Config.Journal.Path))
	f := Finding{Check: "disk"}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		f.Detail, f.Next = err.Error(), "make the directory writable, or point journal.path elsewhere"
		return f
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		f.Detail, f.Next = err.Error(), "make the directory writable, or point journal.path elsewhere"
		return f
	}
	err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	var fs unix.Statfs_t
	if err = errors.Join(err, unix.Statfs(dir, &fs)); err != nil {
		f.Detail = err.Error()
		return f
	}
	free := fs.Bavail * uint64(fs.Bsize)
	f.OK, f.Detail = free >= minFreeBytes, fmt.Sprintf("%d MiB free in %s", free>>20, dir)
	if !f.OK {
		f.Next = fmt.Sprintf("free space: %d MiB are wanted", minFreeBytes>>20)
	}
	return f
}

// memory checks what a restart resumes from: the journal and the salt secret. What is not there yet, run makes.
func (p Patient) memory() Finding {
	f := Finding{Check: "journal"}
	path, salt := p.Config.In(p.Config.Journal.Path), p.Config.In(p.Config.Journal.Salt)
	_, saltErr := readSalts(salt)
	if saltErr != nil && !errors.Is(saltErr, os.ErrNotExist) {
		f.Detail, f.Next = told(saltErr, "make it readable for this user")
		return f
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		f.OK, f.Detail = true, "none yet; aiworker run makes it"
		return f
	}
	if saltErr != nil {
		f.Detail = fmt.Sprintf("the salt secret %s is gone", salt)
		f.Next = "restore it from a backup; without one, aiworker run makes another, and from then on the journal alone opens older commitments"
		return f
	}
	j, err := OpenJournal(path, p.Config.Chain.ChainID, p.Address)
	switch {
	case errors.Is(err, ErrJournalBusy):
		f.OK, f.Detail = true, path+" is in use: a worker runs"
		return f
	case err != nil:
		f.Detail, f.Next = told(err, "make it readable for this user")
		return f
	}
	open, err := j.Open()
	if err = errors.Join(err, j.Close()); err != nil {
		f.Detail = err.Error()
		return f
	}
	f.OK, f.Detail = true, fmt.Sprintf("%s, %d open seats", path, len(open))
	return f
}

// chain checks reachability, then the clock.
func (p Patient) chain(ctx context.Context) []Finding {
	if p.Chain == nil {
		return []Finding{{Check: "chain", Detail: "not asked without a key", Next: "mend the key first"}}
	}
	if err := p.Chain.CheckChain(ctx); err != nil {
		f := Finding{Check: "chain"}
		f.Detail, f.Next = told(err, "start the node, or name another in [chain]")
		if strings.Contains(f.Detail, tlsHandshake) {
			f.Next = "set tls = false in [chain] if that address is not encrypted; if it is, its certificate must be known to this machine"
		} else if !p.Config.Chain.TLS {
			f.Next += "; tls = true in [chain] if it is encrypted"
		}
		return []Finding{f}
	}
	height, at, err := p.Chain.BlockTime(ctx)
	if err != nil {
		return []Finding{{Check: "chain", Detail: err.Error(), Next: "wait until the node has blocks"}}
	}
	out := []Finding{{Check: "chain", OK: true, Detail: fmt.Sprintf("%s at height %d", p.Config.Chain.ChainID, height)}}
	skew := p.Now().Sub(at)
	clock := Finding{Check: "clock", OK: skew.Abs() <= maxClockSkew, Detail: fmt.Sprintf("%s after the last block", skew.Round(time.Second))}
	if !clock.OK {
		clock.Next = "set this machine's clock (NTP), or wait until the node has caught up"
	}
	return append(out, clock)
}

// tlsHandshake is how gRPC says that encryption could not be agreed on.
const tlsHandshake = "authentication handshake failed"

// blocks checks the RPC of the node: without it the worker asks for new blocks once a second and sees them later.
func (p Patient) blocks(ctx context.Context) Finding {
	f := Finding{Check: "rpc"}
	url := p.Config.Chain.RPC
	id, err := p.RPC(ctx, url)
	switch {
	case err != nil:
		f.Detail, f.Next = err.Error(), "mend rpc in [chain], or empty it to ask for new blocks over gRPC"
	case p.Config.Chain.ChainID != "" && id != p.Config.Chain.ChainID:
		f.Detail = fmt.Sprintf("%s is of chain %s, expected %s", url, id, p.Config.Chain.ChainID)
		f.Next = "name the RPC of the same node as grpc in [chain]"
	default:
		f.OK, f.Detail = true, url
	}
	return f
}

// money checks that the provider is registered, or can be.
func (p Patient) money(ctx context.Context) Finding {
	f := Finding{Check: "provider"}
	mine, err := p.Chain.Provider(ctx, p.Address)
	if err == nil {
		f.OK, f.Detail = true, fmt.Sprintf("registered, %d uaic bonded, %d free, %d open seats", mine.Bonded, mine.Free, mine.OpenSeats)
		if mine.Provider.Status == computetypes.PROVIDER_STATUS_DRAINING {
			f.Detail += "; draining: no new seats until aichaind tx compute drain-provider --resume"
		}
		return f
	}
	if !errors.Is(err, client.ErrNotFound) {
		f.Detail = err.Error()
		return f
	}
	have, err := p.Chain.Balance(ctx, p.Address)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	params, err := p.Chain.ComputeParams(ctx)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	bond := p.Config.Provider.Bond
	f.Detail = fmt.Sprintf("not registered; balance %d uaic, bond %d uaic, least bond %d uaic", have, bond, params.MinBond)
	switch {
	case bond < params.MinBond:
		f.Next = fmt.Sprintf("raise provider.bond to at least %d", params.MinBond)
	case have < NeedToRegister(p.Config):
		f.Next = fmt.Sprintf("send %d uaic to %s", NeedToRegister(p.Config)-have, p.Address)
	default:
		f.OK = true
		f.Detail += "; aiworker run will register"
	}
	return f
}

// stake checks that a challenge could be paid for: it stakes as much free bond as the lien of the challenged seat.
func (p Patient) stake(ctx context.Context) Finding {
	f := Finding{Check: "inspect"}
	params, err := p.Chain.ComputeParams(ctx)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	free := p.Config.Provider.Bond // of one about to register
	mine, err := p.Chain.Provider(ctx, p.Address)
	switch {
	case err == nil:
		free = mine.Free
	case !errors.Is(err, client.ErrNotFound):
		f.Detail = err.Error()
		return f
	}
	f.OK = free >= params.MinSeatLien
	f.Detail = fmt.Sprintf("inspects %d of 10000 settled tasks; %d uaic of bond free, a challenge stakes at least %d a seat",
		p.Config.Dispute.InspectBps, free, params.MinSeatLien)
	if !f.OK {
		f.Next = fmt.Sprintf("aichaind tx reward add-bond %duaic, or set dispute.inspect_bps to 0", params.MinSeatLien-free)
	}
	return f
}

func (p Patient) model(ctx context.Context, i int, m ModelConfig, isReachable bool) Finding {
	f := Finding{Check: fmt.Sprintf("model %d", i+1)}
	path := p.Config.In(m.Path)
	root, err := p.Root(path)
	if err != nil {
		f.Detail, f.Next = err.Error(), "fetch or convert the file: aiworker model convert"
		return f
	}
	f.Detail = fmt.Sprintf("%s is %x", path, root)
	if want, err := m.Want(); err == nil && want != nil && *want != root {
		f.Detail += fmt.Sprintf(", expected %x", *want)
		f.Next = "fetch the file again: it is not that model"
		return f
	}
	if !isReachable {
		f.OK = true
		return f
	}
	published, err := p.Chain.Model(ctx, root[:])
	switch {
	case err == nil:
		f.OK = !published.Deprecated
		f.Detail += ", published as " + published.Name
		if published.Deprecated {
			f.Detail, f.Next = f.Detail+", deprecated", "serve another model"
		}
	case errors.Is(err, client.ErrNotFound) && m.Publish:
		f.OK, f.Detail = true, f.Detail+"; aiworker run will publish it"
	case errors.Is(err, client.ErrNotFound):
		f.Detail, f.Next = f.Detail+", not published", "check the file, or set publish = true"
	default:
		f.Detail = err.Error()
	}
	return f
}

// told splits an error into what is wrong and the next step that its text ends with, or otherwise.
func told(err error, otherwise string) (detail, next string) {
	text := err.Error()
	const mark = " (next: "
	if i := strings.LastIndex(text, mark); i >= 0 && strings.HasSuffix(text, ")") {
		return text[:i], text[i+len(mark) : len(text)-1]
	}
	return text, otherwise
}
