package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/compute/types"
)

// busy is a fixture with tasks in every state, a parked one, a withdrawn offer and a draining provider.
func busy(t *testing.T) *fixture {
	f := newFixture(t)
	f.market(40, modelA)
	f.offer(provider(3), modelB, 5, 6, 7)
	for i := range 8 {
		f.offer(provider(20+i), modelC, 5, 6, 7)
	}
	f.ok(post("a", "b", "", "d", "e", "f"))
	f.ok(canonical("audited", "overturned"))
	f.r.poison[6] = true
	f.endBlocks(12)
	f.again(1, types.SEAT_ROLE_PANEL)
	f.again(2, types.SEAT_ROLE_REDRAW)
	f.settle(3)
	_, found := f.audit(7, 1)
	require.True(t, found)
	f.settle(8)
	require.NoError(t, f.k.Overturn(f.ctx, 8))
	f.ok(post("g", "h"))
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 9})
	f.ok(&types.MsgDrainProvider{Provider: provider(7)})
	f.ok(&types.MsgRemoveOffer{Provider: f.seats(4)[0], ModelId: modelA})
	require.NoError(t, f.k.Invariants(f.ctx))
	return f
}

func TestExportImportExport(t *testing.T) {
	f := busy(t)
	first, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, first.Validate())
	require.Len(t, first.Tasks, 10)
	require.Len(t, first.Parked, 1)
	require.NotEmpty(t, first.Seatings)

	g := emptyFixture(t)
	for key, value := range f.dump(f.ctx) {
		if key[:6] == "fakes/" {
			g.ctx.KVStore(g.stores[1]).Set([]byte(key[6:]), []byte(value))
		}
	}
	require.NoError(t, g.k.InitGenesis(g.ctx, first))
	require.NoError(t, g.k.Invariants(g.ctx))
	second, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Equal(t, f.dump(f.ctx), g.dump(g.ctx), "indexes and trees are rebuilt to the byte")

	// And both go on alike.
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight())
	g.r.poison[6] = true
	f.endBlocks(130)
	g.endBlocks(130)
	require.Equal(t, f.dump(f.ctx), g.dump(g.ctx))
}

func TestGenesisValidate(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	for name, spoil := range map[string]func(*types.GenesisState){
		"params":               func(g *types.GenesisState) { g.Params.MaxBatch = 0 },
		"short model id":       func(g *types.GenesisState) { g.Models[0].Id = g.Models[0].Id[1:] },
		"models out of order":  func(g *types.GenesisState) { g.Models[0], g.Models[1] = g.Models[1], g.Models[0] },
		"splits":               func(g *types.GenesisState) { g.Models[0].Splits[0].ShareBps++ },
		"no vocabulary":        func(g *types.GenesisState) { g.Models[0].Vocab = 0 },
		"offer of no model":    func(g *types.GenesisState) { g.Offers[0].ModelId = make([]byte, 32) },
		"offer twice":          func(g *types.GenesisState) { g.Offers = append(g.Offers, g.Offers[0]) },
		"offer of a stranger":  func(g *types.GenesisState) { g.Offers[0].Provider = account("bob") },
		"price":                func(g *types.GenesisState) { g.Offers[0].PriceInput = types.MaxPrice + 1 },
		"gap in the positions": func(g *types.GenesisState) { g.Offers[1].Position = 99 },
		"withdrawn, no seat": func(g *types.GenesisState) {
			g.Offers[0].Slots, g.Offers[0].UsedSlots, g.Offers[0].Position = 0, 0, 0
		},
		"provider twice":       func(g *types.GenesisState) { g.Providers[1].Address = g.Providers[0].Address },
		"provider status":      func(g *types.GenesisState) { g.Providers[0].Status = 0 },
		"offer count":          func(g *types.GenesisState) { g.Providers[0].OfferCount++ },
		"no next id":           func(g *types.GenesisState) { g.NextTaskId = 0 },
		"next id too low":      func(g *types.GenesisState) { g.NextTaskId = 10 },
		"tasks out of order":   func(g *types.GenesisState) { g.Tasks[0], g.Tasks[1] = g.Tasks[1], g.Tasks[0] },
		"client_ref twice":     func(g *types.GenesisState) { g.Tasks[1].ClientRef = g.Tasks[0].ClientRef },
		"passing status":       func(g *types.GenesisState) { g.Tasks[0].Status = types.TASK_STATUS_AGREED },
		"no deadline":          func(g *types.GenesisState) { g.Tasks[0].NextHeight = 0 },
		"two deadlines":        func(g *types.GenesisState) { g.Tasks[3].NextHeight = 5 },
		"parked and due":       func(g *types.GenesisState) { g.Tasks[5].NextHeight = 5 },
		"parked twice":         func(g *types.GenesisState) { g.Parked = append(g.Parked, g.Parked[0]) },
		"price of a task":      func(g *types.GenesisState) { g.Tasks[0].Terms.MaxPrice = uaic(-1) },
		"audit, no referee":    func(g *types.GenesisState) { g.Tasks[3].Snapshot.AuditBps = 500 },
		"referee, no profile":  func(g *types.GenesisState) { g.Tasks[3].Snapshot.Refereed = true },
		"audit over 100 %":     func(g *types.GenesisState) { g.Tasks[6].Snapshot.AuditBps = 10_001 },
		"referee before match": func(g *types.GenesisState) { g.Tasks[9].Terms.ModelId, g.Tasks[9].Snapshot.Refereed = modelC, true },
		"snapshot, open":       func(g *types.GenesisState) { g.Tasks[9].Snapshot = g.Tasks[3].Snapshot },
		"matched, no snapshot": func(g *types.GenesisState) { g.Tasks[3].Snapshot = types.Snapshot{} },
		"settled, no snapshot": func(g *types.GenesisState) { g.Tasks[2].Snapshot = types.Snapshot{} },
		"window for ever":      func(g *types.GenesisState) { g.Tasks[3].Snapshot.RevealWindow = 1 << 63 },
		"overturned, no root":  func(g *types.GenesisState) { g.Tasks[7].ResultRoot = nil },
		"overturned, refunded": func(g *types.GenesisState) { g.Tasks[7].Status = types.TASK_STATUS_REFUNDED },
		"overturned, agreed":   func(g *types.GenesisState) { g.Tasks[7].Reason = types.REASON_TASK_AGREED },
		"overturned unrefereed": func(g *types.GenesisState) {
			g.Tasks[2].Status, g.Tasks[2].Reason = types.TASK_STATUS_OVERTURNED, types.REASON_TASK_OVERTURNED
		},
		"seating of no task":   func(g *types.GenesisState) { g.Seatings[0].TaskIds[0] = 99 },
		"seating out of order": func(g *types.GenesisState) { g.Seatings[0].TaskIds = []uint64{2, 1} },
	} {
		t.Run(name, func(t *testing.T) {
			f := busy(t)
			gs, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			spoil(gs)
			require.Error(t, gs.Validate())
			g := emptyFixture(t)
			require.Error(t, g.k.InitGenesis(g.ctx, gs))
			require.Empty(t, g.dump(g.ctx))
		})
	}
}

func TestInvariantsFindWhatIsBroken(t *testing.T) {
	anyone := addr("p00000")
	for name, spoil := range map[string]func(*fixture) error{
		"agenda misses a task": func(f *fixture) error {
			return f.k.agenda.Remove(f.ctx, agendaKey{Group: types.GroupReseated, Height: 15, ID: 1})
		},
		"agenda has too much": func(f *fixture) error {
			return f.k.agenda.Add(f.ctx, agendaKey{Group: types.GroupWaiting, Height: 99, ID: 1})
		},
		"task off the agenda": func(f *fixture) error { t := f.task(1); t.NextHeight = 0; return f.k.tasks.Set(f.ctx, 1, t) },
		"task under other id": func(f *fixture) error { return f.k.tasks.Set(f.ctx, 4, f.task(5)) },
		"ref of no task":      func(f *fixture) error { return f.k.refs.Set(f.ctx, refOf(anyone, "x", 0), 99) },
		"ref of other task":   func(f *fixture) error { return f.k.refs.Set(f.ctx, refOf(addr("alice"), "a", 0), 2) },
		"task without ref":    func(f *fixture) error { return f.k.refs.Remove(f.ctx, refOf(addr("alice"), "a", 0)) },
		"seating of no task": func(f *fixture) error {
			return f.k.seatings.Set(f.ctx, collections.Join(anyone, uint64(3)), types.SeatIds{TaskIds: []uint64{99}})
		},
		"offer nobody counts": func(f *fixture) error {
			return f.k.offers.Set(f.ctx, collections.Join(anyone, modelB), types.Offer{Slots: 1})
		},
		"position of nobody": func(f *fixture) error { return f.k.positions.Set(f.ctx, collections.Join(modelA, uint64(99)), anyone) },
		"other count":        func(f *fixture) error { return f.k.offerCounts.Set(f.ctx, modelA, 99) },
		"node too much":      func(f *fixture) error { return tree{f.ctx, f.k, modelB}.SetNode(3, 1, [32]uint64{1}) },
		"other sum":          func(f *fixture) error { return tree{f.ctx, f.k, modelB}.SetNode(0, 0, [32]uint64{1}) },
		"price of nothing": func(f *fixture) error {
			return f.k.inputPrices.Set(f.ctx, collections.Join3(modelA, uint64(3), anyone))
		},
		"model without a name": func(f *fixture) error { return f.k.modelNames.Remove(f.ctx, collections.Join3("a", uint64(0), modelA)) },
		"name without a model": func(f *fixture) error { return f.k.modelNames.Set(f.ctx, collections.Join3("z", uint64(0), modelA)) },
		"provider miscounts": func(f *fixture) error {
			p, err := f.k.providers.Get(f.ctx, anyone)
			p.OfferCount++
			_ = f.k.providers.Set(f.ctx, anyone, p)
			return err
		},
		"next id given already": func(f *fixture) error { return f.k.nextTaskID.Set(f.ctx, 10) },
		"audit, no referee": func(f *fixture) error {
			t := f.task(1)
			t.Snapshot.AuditBps = 1
			return f.k.tasks.Set(f.ctx, 1, t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := busy(t)
			require.NoError(t, spoil(f))
			require.Error(t, f.k.Invariants(f.ctx))
		})
	}
}
