package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/query"
)

// everyPhase is a state with rounds in each phase, a task of two rounds, and a parked one.
func everyPhase(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.committed(1, 8)
	f.newTask(2, 0, 1, 2)
	f.play(2, []int{0, 1, 2}, []int{1, absent, 1}) // stalls; task 1, silent, stalls too
	f.at(matchHeight + 50)
	f.match(2, 3, 4, 5)
	f.newTask(3, 0, 1, 2)
	f.newTask(4, 0, 1, 2)
	require.NoError(t, f.commit(0, f.commitOf(4, 0, 8)))
	f.committed(5, 8)
	require.NoError(t, f.reveal(1, f.revealOf(5, 1, 8)))
	f.committed(6, 8)
	for n := range 3 {
		require.NoError(t, f.reveal(n, f.revealOf(6, n, 8)))
	}
	f.tasks.poison[string(modelOf(6))] = "poison"
	f.end(matchHeight + 52)
	return f
}

func TestGenesisRoundTrip(t *testing.T) {
	f := everyPhase(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, exported.Rounds, 7)
	require.Len(t, exported.Parked, 1)

	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	bytes := cdc.MustMarshalJSON(exported)
	var read types.GenesisState
	cdc.MustUnmarshalJSON(bytes, &read)
	g := newFixture(t)
	require.NoError(t, g.k.InitGenesis(g.ctx, &read))
	require.Equal(t, f.dump(), g.dump(), "the rebuilt index included")
	require.NoError(t, g.k.Invariants(g.ctx))
	again, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, bytes, cdc.MustMarshalJSON(again))

	// Life goes on alike on both sides.
	for _, side := range []*fixture{f, g} {
		side.tasks = f.tasks
		side.at(matchHeight + 53)
		require.NoError(t, side.commit(3, side.commitOf(2, 3, 8)))
	}
	require.Equal(t, f.dump(), g.dump())
}

// TestGenesisRefusals breaks a good genesis in one place each.
func TestGenesisRefusals(t *testing.T) {
	f := everyPhase(t)
	for name, c := range map[string]struct {
		breaks func(*types.GenesisState)
		want   error
	}{
		"params":                   {func(g *types.GenesisState) { g.Params.MaxBatch = 0 }, types.ErrInvalidParams},
		"task id 0":                {func(g *types.GenesisState) { g.Rounds[0].TaskId = 0 }, types.ErrInvalidGenesis},
		"order":                    {func(g *types.GenesisState) { g.Rounds[0], g.Rounds[3] = g.Rounds[3], g.Rounds[0] }, types.ErrInvalidGenesis},
		"a round missing":          {func(g *types.GenesisState) { g.Rounds = append(g.Rounds[:1], g.Rounds[2:]...) }, types.ErrInvalidGenesis},
		"a round twice":            {func(g *types.GenesisState) { g.Rounds[2].Round = 0 }, types.ErrInvalidGenesis},
		"two open rounds":          {func(g *types.GenesisState) { g.Rounds[1] = g.Rounds[2]; g.Rounds[1].Round = 0 }, types.ErrInvalidGenesis},
		"unknown kind":             {func(g *types.GenesisState) { g.Rounds[0].Kind = 0 }, types.ErrInvalidGenesis},
		"a seat missing":           {func(g *types.GenesisState) { g.Rounds[2].Role = computetypes.SEAT_ROLE_PANEL_WIDE }, types.ErrInvalidGenesis},
		"a seat twice":             {func(g *types.GenesisState) { g.Rounds[3].Seats[1] = g.Rounds[3].Seats[0] }, types.ErrInvalidGenesis},
		"model id":                 {func(g *types.GenesisState) { g.Rounds[0].ModelId = nil }, types.ErrInvalidGenesis},
		"input digest":             {func(g *types.GenesisState) { g.Rounds[0].InputDigest = []byte{1} }, types.ErrInvalidGenesis},
		"deadline":                 {func(g *types.GenesisState) { g.Rounds[0].Deadline = 0 }, types.ErrInvalidGenesis},
		"phase":                    {func(g *types.GenesisState) { g.Rounds[3].Phase = 0 }, types.ErrInvalidGenesis},
		"verdict of an open round": {func(g *types.GenesisState) { g.Rounds[3].Verdict = 1 }, types.ErrInvalidGenesis},
		"no verdict":               {func(g *types.GenesisState) { g.Rounds[0].Verdict = 0 }, types.ErrInvalidGenesis},
		"wrong verdict":            {func(g *types.GenesisState) { g.Rounds[0].Verdict = 1 }, types.ErrInvalidGenesis},
		"short commitment":         {func(g *types.GenesisState) { g.Rounds[4].Seats[0].Commitment = []byte{1} }, types.ErrInvalidGenesis},
		"reveal without commit":    {func(g *types.GenesisState) { g.Rounds[5].Seats[1].Commitment = nil }, types.ErrInvalidGenesis},
		"missing result":           {func(g *types.GenesisState) { g.Rounds[5].Results = nil }, types.ErrInvalidGenesis},
		"result of nobody":         {func(g *types.GenesisState) { g.Rounds[5].Seats[1].Result = 0 }, types.ErrInvalidGenesis},
		"result over the bound":    {func(g *types.GenesisState) { g.Rounds[5].MaxOutputTokens = 0 }, types.ErrInvalidGenesis},
		"forged root":              {func(g *types.GenesisState) { g.Rounds[5].Results[0].Root = make([]byte, 32) }, types.ErrInvalidGenesis},
		"all committed, not moved": {func(g *types.GenesisState) { g.Rounds[5].Phase = types.ROUND_PHASE_COMMIT }, types.ErrInvalidGenesis},
		"revealing without k":      {func(g *types.GenesisState) { g.Rounds[4].Phase = types.ROUND_PHASE_REVEAL }, types.ErrInvalidGenesis},
		"outcome of an open round": {func(g *types.GenesisState) { g.Rounds[4].Seats[0].Outcome = 20 }, types.ErrInvalidGenesis},
		"parked without a round":   {func(g *types.GenesisState) { g.Parked[0].TaskId = 1 }, types.ErrInvalidGenesis},
		"parked twice":             {func(g *types.GenesisState) { g.Parked = append(g.Parked, g.Parked[0]) }, types.ErrInvalidGenesis},
		"parked by another step":   {func(g *types.GenesisState) { g.Parked[0].Step = "match" }, types.ErrInvalidGenesis},
	} {
		t.Run(name, func(t *testing.T) {
			gs, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			require.NoError(t, gs.Validate())
			c.breaks(gs)
			require.ErrorIs(t, gs.Validate(), c.want)
			g := newFixture(t)
			require.ErrorIs(t, g.k.InitGenesis(g.ctx, gs), c.want)
		})
	}
}

// TestInvariantsNotice breaks the indexes of a good state in one place each.
func TestInvariantsNotice(t *testing.T) {
	for name, breaks := range map[string]func(*fixture) error{
		"a deadline missing":       func(f *fixture) error { return f.k.deadlines.Remove(f.ctx, dueAt(f.round(3))) },
		"a deadline too many":      func(f *fixture) error { return f.k.deadlines.Add(f.ctx, dueAt(f.round(6))) },
		"a deadline of nothing":    func(f *fixture) error { r := f.round(3); r.TaskId = 77; return f.k.deadlines.Add(f.ctx, dueAt(r)) },
		"a parked record missing":  func(f *fixture) error { return f.k.parked.Remove(f.ctx, 6) },
		"a parked record too many": func(f *fixture) error { return f.k.parked.Set(f.ctx, 77, parkedRecord{TaskId: 77}) },
		"parked and due":           func(f *fixture) error { return f.k.parked.Set(f.ctx, 3, parkedRecord{TaskId: 3}) },
		"a mark in the store":      func(f *fixture) error { return f.k.pending.Set(f.ctx, []byte("mark")) },
		"a deadline at the wrong height": func(f *fixture) error {
			r := f.round(3)
			r.Deadline++
			return f.k.storeRound(f.ctx, r)
		},
		"a round that contradicts itself": func(f *fixture) error {
			r := f.round(5)
			r.Results = nil
			return f.k.storeRound(f.ctx, r)
		},
		"a gap between rounds": func(f *fixture) error {
			r := f.round(3)
			r.Round = 2
			return f.k.openRound(f.ctx, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := everyPhase(t)
			require.NoError(t, f.k.Invariants(f.ctx))
			require.NoError(t, breaks(f))
			require.ErrorIs(t, f.k.Invariants(f.ctx), types.ErrBrokenInvariant)
		})
	}
}

func TestQueries(t *testing.T) {
	f := everyPhase(t)
	q := NewQueryServer(f.k)
	code := func(want codes.Code, err error) {
		t.Helper()
		require.Equal(t, want, status.Code(err), "%v", err)
	}
	params, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)

	round, err := q.Round(f.ctx, &types.QueryRoundRequest{TaskId: 2, Round: 1})
	require.NoError(t, err)
	require.Equal(t, f.round(2), round.Round)
	_, err = q.Round(f.ctx, &types.QueryRoundRequest{TaskId: 2, Round: 2})
	code(codes.NotFound, err)
	_, err = q.Round(f.ctx, nil)
	code(codes.InvalidArgument, err)

	rounds, err := q.Rounds(f.ctx, &types.QueryRoundsRequest{TaskId: 2})
	require.NoError(t, err)
	require.Len(t, rounds.Rounds, 2)
	_, err = q.Rounds(f.ctx, &types.QueryRoundsRequest{TaskId: 99})
	code(codes.NotFound, err)
	_, err = q.Rounds(f.ctx, nil)
	code(codes.InvalidArgument, err)

	var due []types.DueRound
	page := &query.PageRequest{Limit: 3}
	for {
		res, err := q.Due(f.ctx, &types.QueryDueRequest{Pagination: page})
		require.NoError(t, err)
		due = append(due, res.Due...)
		if res.Pagination.NextKey == nil {
			break
		}
		page = &query.PageRequest{Limit: 3, Key: res.Pagination.NextKey}
	}
	require.Equal(t, []types.DueRound{{TaskId: 5, Deadline: 160}, {TaskId: 2, Deadline: 170}, {TaskId: 3, Deadline: 170}, {TaskId: 4, Deadline: 170}}, due)
	_, err = q.Due(f.ctx, nil)
	code(codes.InvalidArgument, err)
	for _, bad := range []*query.PageRequest{{Reverse: true}, {Key: []byte("short")}} {
		_, err = q.Due(f.ctx, &types.QueryDueRequest{Pagination: bad})
		code(codes.InvalidArgument, err)
	}
	for _, bad := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}, {Limit: pageLimit + 1}} {
		_, err = q.Due(f.ctx, &types.QueryDueRequest{Pagination: bad})
		code(codes.InvalidArgument, err)
		_, err = q.Parked(f.ctx, &types.QueryParkedRequest{Pagination: bad})
		code(codes.InvalidArgument, err)
	}

	parked, err := q.Parked(f.ctx, &types.QueryParkedRequest{Pagination: &query.PageRequest{}})
	require.NoError(t, err)
	require.Len(t, parked.Parked, 1)
	require.Equal(t, uint64(6), parked.Parked[0].TaskId)
	_, err = q.Parked(f.ctx, nil)
	code(codes.InvalidArgument, err)
}
