package worker

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// DisputeChain is what the reports of disputes ask of the chain; *client.Client is one.
type DisputeChain interface {
	Address() string
	BlockTime(ctx context.Context) (height uint64, at time.Time, err error)
	DisputesOf(ctx context.Context, party string) ([]attesttypes.Dispute, error)
	Dispute(ctx context.Context, id uint64) (*attesttypes.QueryDisputeResponse, error)
}

var _ DisputeChain = (*client.Client)(nil)

// DisputeReport is one dispute as chain and worker see it.
type DisputeReport struct {
	DisputeRecord
	Phase    string `json:"phase,omitempty"`    // of the chain, when it is open there
	Deadline uint64 `json:"deadline,omitempty"` // last block for the next move
	Turn     string `json:"turn,omitempty"`     // ours, theirs, or nobody's
}

// DisputeList is all disputes of a provider that are known: open ones of the chain, and those of the journal.
type DisputeList struct {
	Provider   string          `json:"provider"`
	Height     uint64          `json:"height"`
	ChainErr   string          `json:"chain_error,omitempty"`
	JournalErr string          `json:"journal_error,omitempty"`
	Disputes   []DisputeReport `json:"disputes"` // by id
}

// ListDisputes asks chain and worker. What cannot be asked is said in the list.
func ListDisputes(ctx context.Context, cfg Config, chain DisputeChain) DisputeList {
	out := DisputeList{Provider: chain.Address(), Disputes: []DisputeReport{}}
	records, err := disputesOfWorker(ctx, cfg, out.Provider)
	if err != nil {
		out.JournalErr = err.Error()
	}
	byID := map[uint64]DisputeReport{}
	for _, r := range records {
		byID[r.ID] = DisputeReport{DisputeRecord: r}
	}
	open, err := chain.DisputesOf(ctx, out.Provider)
	if err == nil {
		out.Height, _, err = chain.BlockTime(ctx)
	}
	if err != nil {
		out.ChainErr = err.Error()
	}
	for _, d := range open {
		r, ok := byID[d.Id]
		if !ok {
			r.DisputeRecord = newDisputeRecord(d, out.Provider, out.Height)
		}
		r.see(d, out.Provider)
		byID[d.Id] = r
	}
	for _, r := range byID {
		out.Disputes = append(out.Disputes, r)
	}
	slices.SortFunc(out.Disputes, func(a, b DisputeReport) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// see adds what the chain tells of an open dispute.
func (r *DisputeReport) see(d attesttypes.Dispute, self string) {
	r.Phase, r.Deadline, r.Turn = lastWord(d.Phase.String(), "DISPUTE_PHASE_"), d.Deadline, "theirs"
	switch dispute.Phase(d.Phase).Turn() {
	case sideOf(d, self):
		r.Turn = "ours"
	case dispute.Nobody:
		r.Turn = "nobody's"
	}
}

// DisputeStory is one dispute with all that the chain and the worker know of it.
type DisputeStory struct {
	Chain      *attesttypes.QueryDisputeResponse // nil when it could not be asked, or has pruned it
	ChainErr   string
	Record     *DisputeRecord // nil when it was never ours, or is forgotten
	JournalErr string
	Height     uint64
}

// MarshalJSON writes the chain's part as the chain's own queries do.
func (s DisputeStory) MarshalJSON() ([]byte, error) {
	out := struct {
		Chain      json.RawMessage `json:"chain,omitempty"`
		ChainErr   string          `json:"chain_error,omitempty"`
		Record     *DisputeRecord  `json:"worker,omitempty"`
		JournalErr string          `json:"journal_error,omitempty"`
		Height     uint64          `json:"height"`
	}{ChainErr: s.ChainErr, Record: s.Record, JournalErr: s.JournalErr, Height: s.Height}
	if s.Chain != nil {
		text, err := codec.ProtoMarshalJSON(s.Chain, nil)
		if err != nil {
			return nil, err
		}
		out.Chain = text
	}
	return json.Marshal(out)
}

// ShowDispute asks chain and worker about one dispute. Error: client.ErrNotFound when neither knows it.
func ShowDispute(ctx context.Context, cfg Config, chain DisputeChain, id uint64) (DisputeStory, error) {
	var out DisputeStory
	records, err := disputesOfWorker(ctx, cfg, chain.Address())
	if err != nil {
		out.JournalErr = err.Error()
	}
	for _, r := range records {
		if r.ID == id {
			out.Record = &r
		}
	}
	v, err := chain.Dispute(ctx, id)
	if err != nil {
		if out.Record == nil {
			return out, err
		}
		out.ChainErr = err.Error()
		return out, nil
	}
	out.Chain = v
	if out.Height, _, err = chain.BlockTime(ctx); err != nil {
		out.ChainErr = err.Error()
	}
	return out, nil
}

// disputesOfWorker asks a running worker for its records, or else the journal.
func disputesOfWorker(ctx context.Context, cfg Config, provider string) ([]DisputeRecord, error) {
	if records, ok := askRunningWorker(ctx, cfg, provider); ok {
		return records, nil
	}
	j, err := OpenJournal(cfg.In(cfg.Journal.Path), cfg.Chain.ChainID, provider)
	if err != nil {
		return nil, err
	}
	defer func() { _ = j.Close() }() // nothing was written
	return j.Disputes()
}

// maxAnswer bounds what a worker tells about its disputes: some thousand records.
const maxAnswer = 16 << 20

func askRunningWorker(ctx context.Context, cfg Config, provider string) ([]DisputeRecord, bool) {
	if cfg.Health.Listen == "" {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+cfg.Health.Listen+"/disputes", nil)
	if err != nil {
		return nil, false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, false
	}
	defer func() { _ = res.Body.Close() }() // read to the end or of no more use
	var a disputesAnswer
	if res.StatusCode != http.StatusOK || json.NewDecoder(http.MaxBytesReader(nil, res.Body, maxAnswer)).Decode(&a) != nil || a.Provider != provider {
		return nil, false
	}
	return a.Disputes, true
}

// Table is the list for people.
func (l DisputeList) Table() string {
	var b strings.Builder
	if l.ChainErr != "" {
		fmt.Fprintf(&b, "chain      %s\n", l.ChainErr)
	}
	if l.JournalErr != "" {
		fmt.Fprintf(&b, "worker     %s\n", l.JournalErr)
	}
	if len(l.Disputes) == 0 {
		b.WriteString("No disputes.\n")
		return b.String()
	}
	row := func(cells ...any) {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%7v %7v  %-10v  %-13v  %-9v  %8v  %v", cells...), " "))
	}
	row("dispute", "task", "role", "state", "turn", "block", "where")
	for _, d := range l.Disputes {
		state, block := d.Phase, fmt.Sprint(d.Deadline)
		switch {
		case d.IsClosed:
			state, block = d.Outcome, fmt.Sprint(d.Height)
		case d.Phase == "":
			state, block = "unknown", "-"
		case d.Deadline == 0:
			block = "-"
		}
		row(d.ID, d.Task, d.Role, strings.ReplaceAll(state, "_", " "), d.Turn, block, d.about())
	}
	b.WriteString("\nblock: of the end, or the last one for the next move. The whole story: aiworker dispute show DISPUTE\n")
	return b.String()
}

// about is where a dispute has come to, and why we make no move if so.
func (r DisputeReport) about() string {
	if r.Note != "" {
		return r.Note
	}
	return r.Where
}

// Text is our part of a dispute, for people, to be told after the chain's.
func (s DisputeStory) Text() string {
	var b strings.Builder
	b.WriteString("\nThis worker\n")
	switch {
	case s.JournalErr != "":
		fmt.Fprintf(&b, "  %s\n", s.JournalErr)
		return b.String()
	case s.Record == nil:
		b.WriteString("  has no part in it, or has forgotten it.\n")
		return b.String()
	}
	r := s.Record
	fmt.Fprintf(&b, "  is the %s, in it since block %d\n", r.Role, r.Seen)
	for _, m := range r.Moves {
		state := "not in a block yet"
		if m.Landed {
			state = "in a block"
		}
		fmt.Fprintf(&b, "  sent move %d, %s, after block %d: %s", m.Number+1, m.Kind, m.Height, state)
		if m.Tries > 1 {
			fmt.Fprintf(&b, ", %d tries", m.Tries)
		}
		b.WriteByte('\n')
	}
	if r.Where != "" {
		fmt.Fprintf(&b, "  it is about: %s\n", r.Where)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "  no move to make: %s\n", r.Note)
	}
	if r.IsClosed {
		fmt.Fprintf(&b, "  %s", r.Outcome)
		if r.End != "" {
			fmt.Fprintf(&b, ": %s", strings.ReplaceAll(r.End, "_", " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
