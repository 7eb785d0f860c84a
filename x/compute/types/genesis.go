package types

import (
	"bytes"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/task"
)

// DefaultGenesis is an empty module with default parameters.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextTaskId: 1}
}

// Validate checks everything that can be checked without the other modules: bounds, order, uniqueness, and
// that providers, models, offers, tasks, seatings and parked items refer to one another. It returns
// ErrBadGenesis or ErrBadParams.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	offers, err := gs.validateMarket()
	if err != nil {
		return err
	}
	if err := gs.validateProviders(offers); err != nil {
		return err
	}
	if err := gs.validateTasks(); err != nil {
		return err
	}
	return gs.validateAudits()
}

func bad(format string, args ...any) error { return errorsmod.Wrapf(ErrBadGenesis, format, args...) }

// validateMarket checks models and offers and returns the number of offers by provider.
func (gs GenesisState) validateMarket() (map[string]uint32, error) {
	models := map[string]bool{}
	for i, m := range gs.Models {
		if len(m.Id) != RootBytes {
			return nil, bad("model %d: expected an id of %d bytes, got %d", i, RootBytes, len(m.Id))
		}
		if i > 0 && bytes.Compare(gs.Models[i-1].Id, m.Id) >= 0 {
			return nil, bad("expected models by id, %x is out of order or twice", m.Id)
		}
		if err := CheckSplits(m.FeeBps, m.Splits); err != nil {
			return nil, bad("model %x: %s", m.Id, err)
		}
		if m.Vocab == 0 || m.MaxContext == 0 || m.Name == "" {
			return nil, bad("model %x: expected name, vocabulary and context", m.Id)
		}
		models[string(m.Id)] = true
	}
	byProvider, byModel, positions := map[string]uint32{}, map[string]uint64{}, map[string]map[uint64]bool{}
	known := map[string]bool{}
	for _, o := range gs.Offers {
		id := string(o.ModelId)
		if !models[id] || known[o.Provider+id] {
			return nil, bad("offer of %s: model %x is unknown or offered twice", o.Provider, o.ModelId)
		}
		known[o.Provider+id] = true
		byProvider[o.Provider]++
		if err := validateOffer(o); err != nil {
			return nil, err
		}
		if o.Slots == 0 {
			continue
		}
		if positions[id] == nil {
			positions[id] = map[uint64]bool{}
		}
		positions[id][o.Position] = true
		byModel[id]++
	}
	for _, m := range gs.Models {
		n := byModel[string(m.Id)]
		for p := range n {
			if !positions[string(m.Id)][p] {
				return nil, bad("model %x: expected positions 0 to %d, %d is missing", m.Id, n-1, p)
			}
		}
	}
	return byProvider, nil
}

func validateOffer(o Offer) error {
	if o.PriceInput > MaxPrice || o.PriceOutput > MaxPrice || o.Slots > MaxSlots {
		return bad("offer of %s for %x: price or slots beyond the bound", o.Provider, o.ModelId)
	}
	if o.Slots == 0 && (o.UsedSlots == 0 || o.Position != 0) {
		return bad("offer of %s for %x: a withdrawn offer needs an open seat and no position", o.Provider, o.ModelId)
	}
	return nil
}

func (gs GenesisState) validateProviders(offers map[string]uint32) error {
	known := map[string]bool{}
	for _, p := range gs.Providers {
		if p.Address == "" || known[p.Address] {
			return bad("provider %q is empty or twice", p.Address)
		}
		known[p.Address] = true
		if p.Status != PROVIDER_STATUS_ACTIVE && p.Status != PROVIDER_STATUS_DRAINING {
			return bad("provider %s: expected ACTIVE or DRAINING, got %s", p.Address, p.Status)
		}
		if p.OfferCount != offers[p.Address] {
			return bad("provider %s: expected %d offers, got %d", p.Address, p.OfferCount, offers[p.Address])
		}
	}
	for _, o := range gs.Offers {
		if !known[o.Provider] {
			return bad("offer of %s, who is no provider", o.Provider)
		}
	}
	return nil
}

// validateAudits wants the referee and its audits only where the chain can compute a step, and overturned results only
// where there is a referee.
func (gs GenesisState) validateAudits() error {
	refereed := map[string]bool{}
	for _, m := range gs.Models {
		refereed[string(m.Id)] = m.IsRefereed()
	}
	for _, t := range gs.Tasks {
		if t.Snapshot.Refereed && !refereed[string(t.Terms.ModelId)] {
			return bad("task %d: is refereed, its model %x is not", t.Id, t.Terms.ModelId)
		}
		if err := t.CheckAudit(); err != nil {
			return bad("task %d: %s", t.Id, err)
		}
	}
	return nil
}

func (gs GenesisState) validateTasks() error {
	if gs.NextTaskId == 0 {
		return bad("expected a next task id of at least 1, got 0")
	}
	parked := map[uint64]bool{}
	for i, p := range gs.Parked {
		if p.Step == "" || i > 0 && gs.Parked[i-1].TaskId >= p.TaskId {
			return bad("parked items: expected a step, and tasks in order, got task %d", p.TaskId)
		}
		parked[p.TaskId] = true
	}
	ids, refs := map[uint64]bool{}, map[string]bool{}
	for i, t := range gs.Tasks {
		if t.Id == 0 || t.Id >= gs.NextTaskId || i > 0 && gs.Tasks[i-1].Id >= t.Id {
			return bad("expected task ids in order from 1 to %d, got %d", gs.NextTaskId-1, t.Id)
		}
		ids[t.Id] = true
		if t.ClientRef != "" && refs[t.Requester+"/"+t.ClientRef] {
			return bad("task %d: client_ref %q of %s is twice", t.Id, t.ClientRef, t.Requester)
		}
		refs[t.Requester+"/"+t.ClientRef] = true
		if err := validateTask(t, parked[t.Id]); err != nil {
			return err
		}
	}
	for _, s := range gs.Seatings {
		for i, id := range s.TaskIds {
			if !ids[id] || i > 0 && s.TaskIds[i-1] >= id {
				return bad("seating of %s at %d: task %d is unknown or out of order", s.Provider, s.Height, id)
			}
		}
	}
	return nil
}

// validateTask wants exactly one next deadline: a height of ours, a round, or a parked item; and a snapshot that there can be.
func validateTask(t Task, parked bool) error {
	s := task.Status(t.Status)
	if s != task.Matched && !s.Waits() && !s.Closed() {
		return bad("task %d: %s is not a stored status", t.Id, t.Status)
	}
	scheduled := t.NextHeight != 0
	if wants := s != task.Matched && !parked; scheduled != wants {
		return bad("task %d: %s, parked %t, with next height %d", t.Id, s, parked, t.NextHeight)
	}
	if t.Terms.MaxPrice.Amount.IsNil() || !t.Terms.MaxPrice.Amount.IsUint64() || t.Terms.MaxPrice.Amount.IsZero() {
		return bad("task %d: bad max_price", t.Id)
	}
	if err := t.CheckSnapshot(); err != nil {
		return bad("task %d: %s", t.Id, err)
	}
	return nil
}
