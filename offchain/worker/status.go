package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Report is how a provider stands: what the chain says, and what the worker says.
type Report struct {
	Provider  string         `json:"provider"`
	ChainID   string         `json:"chain_id"`
	ChainErr  string         `json:"chain_error,omitempty"`
	Height    uint64         `json:"height"`
	Standing  string         `json:"standing"` // active, draining or not registered
	Balance   uint64         `json:"balance"`  // uaic
	Bonded    uint64         `json:"bonded"`   // uaic, liens included
	Free      uint64         `json:"free"`     // uaic
	OpenSeats uint32         `json:"open_seats"`
	Disputes  int            `json:"disputes"`  // open ones
	MovesDue  int            `json:"moves_due"` // disputes that wait for this provider's move
	DueBy     uint64         `json:"due_by"`    // last block for the first of them
	Offers    []OfferReport  `json:"offers"`
	Worker    string         `json:"worker"` // ready, why not, or not running
	Seats     map[string]int `json:"seats"`  // of the journal, by state
	Totals    Totals         `json:"totals"`
}

// OfferReport is one standing offer.
type OfferReport struct {
	Model       string `json:"model"` // id in hex
	PriceInput  uint64 `json:"price_input"`
	PriceOutput uint64 `json:"price_output"`
	Slots       uint32 `json:"slots"`
	Used        uint32 `json:"used_slots"`
}

// StatusChain is what Inspect asks of the chain; *client.Client is one.
type StatusChain interface {
	Address() string
	BlockTime(ctx context.Context) (height uint64, at time.Time, err error)
	Balance(ctx context.Context, addr string) (uint64, error)
	Provider(ctx context.Context, addr string) (*computetypes.QueryProviderResponse, error)
	DisputesOf(ctx context.Context, party string) ([]attesttypes.Dispute, error)
}

// Inspect asks chain and worker. What cannot be asked is said in the report.
func Inspect(ctx context.Context, cfg Config, chain StatusChain) Report {
	r := Report{Provider: chain.Address(), ChainID: cfg.Chain.ChainID, Offers: []OfferReport{}, Seats: map[string]int{}, Totals: Totals{Outcomes: map[string]uint64{}}}
	if err := r.askChain(ctx, chain); err != nil {
		r.ChainErr = err.Error()
	}
	if !r.askWorker(ctx, cfg) {
		r.askJournal(cfg)
	}
	return r
}

func (r *Report) askChain(ctx context.Context, chain StatusChain) (err error) {
	if r.Height, _, err = chain.BlockTime(ctx); err != nil {
		return err
	}
	if r.Balance, err = chain.Balance(ctx, r.Provider); err != nil {
		return err
	}
	p, err := chain.Provider(ctx, r.Provider)
	if errors.Is(err, client.ErrNotFound) {
		r.Standing = "not registered"
		return nil
	}
	if err != nil {
		return err
	}
	r.Standing = strings.ToLower(strings.TrimPrefix(p.Provider.Status.String(), "PROVIDER_STATUS_"))
	r.Bonded, r.Free, r.OpenSeats = p.Bonded, p.Free, p.OpenSeats
	for _, o := range p.Offers {
		r.Offers = append(r.Offers, OfferReport{fmt.Sprintf("%x", o.ModelId), o.PriceInput, o.PriceOutput, o.Slots, o.UsedSlots})
	}
	open, err := chain.DisputesOf(ctx, r.Provider)
	r.Disputes = len(open)
	for _, d := range open {
		if p := turnOf(d, r.Provider, r.Height); p.isDue() {
			r.MovesDue++
			if r.DueBy == 0 || d.Deadline < r.DueBy {
				r.DueBy = d.Deadline
			}
		}
	}
	return err
}

// askWorker asks a running worker; false if none answers.
func (r *Report) askWorker(ctx context.Context, cfg Config) bool {
	if cfg.Health.Listen == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+cfg.Health.Listen+"/status", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }() // read to the end or of no more use
	var s Status
	if res.StatusCode != http.StatusOK || json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(&s) != nil || s.Provider != r.Provider {
		return false
	}
	r.Worker, r.Seats, r.Totals = "ready", s.Seats, s.Totals
	if !s.Ready {
		r.Worker = "not ready: " + s.Why
	}
	return true
}

func (r *Report) askJournal(cfg Config) {
	r.Worker = "not running"
	j, err := OpenJournal(cfg.In(cfg.Journal.Path), cfg.Chain.ChainID, r.Provider)
	if err != nil {
		r.Worker += "; " + err.Error()
		return
	}
	defer func() { _ = j.Close() }() // nothing was written
	if open, err := j.Open(); err == nil {
		for _, rec := range open {
			r.Seats[rec.State.String()]++
		}
	}
	if t, err := j.Totals(); err == nil {
		r.Totals = t
	}
}
