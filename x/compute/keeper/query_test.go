package keeper

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/compute/types"
)

func (f *fixture) story(id uint64) *types.QueryTaskResponse {
	f.t.Helper()
	resp, err := f.q.Task(f.ctx, &types.QueryTaskRequest{TaskId: id})
	require.NoError(f.t, err)
	return resp
}

func TestATaskTellsWhatHappensNext(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	type line struct {
		next   string
		height uint64
		status types.TaskStatus
	}
	tell := func() line {
		s := f.story(1)
		return line{s.Next, s.NextHeight, s.Progress.Status}
	}
	require.Equal(t, line{"waits for 3 seats, drawn in block 12; refunded if none are found by block 110", 12, types.TASK_STATUS_OPEN}, tell())
	require.Equal(t, types.MoneyView{Escrowed: 300, Held: 300}, f.story(1).Money)
	f.offer(provider(0), modelA, 1000, 999_000, 1)
	f.endBlocks(12)
	require.Equal(t, line{"waits for 3 seats, draw 2 in block 14, too few providers could take it so far; refunded if none are found by block 110", 14, types.TASK_STATUS_OPEN}, tell())
	f.offer(provider(0), modelA, 1000, 2000, 1)
	f.endBlocks(14)
	require.Equal(t, line{"its seats compute and commit until block 44, or until all have", 44, types.TASK_STATUS_MATCHED}, tell())
	f.r.status = types.TASK_STATUS_COMMITTING
	require.Equal(t, line{"its seats compute and commit until block 44, or until all have", 44, types.TASK_STATUS_COMMITTING}, tell())
	f.r.status = types.TASK_STATUS_REVEALING
	require.Equal(t, line{"its seats reveal until block 44, or until all have", 44, types.TASK_STATUS_REVEALING}, tell())
	f.again(1, types.SEAT_ROLE_REDRAW)
	require.Equal(t, line{"too few results stand: waits for 3 fresh seats, drawn in block 17; refunded if none are found by block 115", 17, types.TASK_STATUS_STALLED}, tell())

	f.ok(post("b"))
	f.endBlocks(17)
	f.again(2, types.SEAT_ROLE_PANEL_WIDE)
	require.Equal(t, "results differ: waits for a panel of 7 fresh seats, drawn in block 20; refunded if none are found by block 118", f.story(2).Next)

	f.ok(post("c"))
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 3})
	require.Equal(t, "is closed; leaves the state in block 1018", f.story(3).Next)
	require.Equal(t, types.MoneyView{Escrowed: 300, Refunded: 300}, f.story(3).Money)

	_, err := f.q.Task(f.ctx, &types.QueryTaskRequest{TaskId: 99})
	require.ErrorIs(t, err, types.ErrUnknownTask)
	require.Equal(t, codes.NotFound, status.Code(err))
}

func TestTasksAreFoundByTheirRequester(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("zulu", "", "alpha", ""))
	other := post("alpha")
	other.Requester = account("bob")
	f.ok(other)
	got, err := f.q.TaskByClientRef(f.ctx, &types.QueryTaskByClientRefRequest{Requester: account("alice"), ClientRef: "alpha"})
	require.NoError(t, err)
	require.Equal(t, uint64(3), got.Task.Id)
	for ref, want := range map[string]error{"": types.ErrBadRequest, "beta": types.ErrUnknownTask} {
		_, err = f.q.TaskByClientRef(f.ctx, &types.QueryTaskByClientRefRequest{Requester: account("alice"), ClientRef: ref})
		require.ErrorIs(t, err, want)
	}
	_, err = f.q.TaskByClientRef(f.ctx, &types.QueryTaskByClientRefRequest{Requester: "x", ClientRef: "alpha"})
	require.ErrorIs(t, err, types.ErrBadAddress)

	var ids []uint64
	pages(t, 3, func(p *query.PageRequest) (*query.PageResponse, error) {
		r, err := f.q.TasksByRequester(f.ctx, &types.QueryTasksByRequesterRequest{Requester: account("alice"), Pagination: p})
		for _, one := range r.GetTasks() {
			ids = append(ids, one.Id)
		}
		return r.GetPagination(), err
	})
	require.Equal(t, []uint64{2, 4, 3, 1}, ids, "unnamed by id, then by name")
}

// pages follows next_key to the end.
func pages(t *testing.T, limit uint64, ask func(*query.PageRequest) (*query.PageResponse, error)) {
	t.Helper()
	req := &query.PageRequest{Limit: limit}
	for range 100 {
		resp, err := ask(req)
		require.NoError(t, err)
		if req.Key = resp.GetNextKey(); req.Key == nil {
			return
		}
	}
	t.Fatal("the pages do not end")
}

func TestTasksAreFoundByTheirProvider(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.offer(provider(0), modelA, 1000, 2000, 9)
	f.offer(provider(1), modelA, 1000, 2000, 9)
	f.offer(provider(2), modelA, 1000, 2000, 9)
	f.ok(post("a", "b"))
	f.endBlock()
	f.ok(post("c"))
	f.endBlocks(13)
	f.settle(1)
	list := func(openOnly bool) (ids []uint64) {
		pages(t, 1, func(p *query.PageRequest) (*query.PageResponse, error) {
			r, err := f.q.TasksByProvider(f.ctx, &types.QueryTasksByProviderRequest{Provider: provider(1), OpenOnly: openOnly, Pagination: p})
			for _, one := range r.GetTasks() {
				ids = append(ids, one.Id)
			}
			return r.GetPagination(), err
		})
		return ids
	}
	require.Equal(t, []uint64{3, 1, 2}, list(false), "newest block first")
	require.Equal(t, []uint64{3, 2}, list(true))
}

func TestTasksAreFoundByTheirStatus(t *testing.T) {
	f := newFixture(t)
	f.market(30, modelA)
	f.ok(post("", "", "", "", "", ""))
	f.endBlocks(12)
	f.again(1, types.SEAT_ROLE_PANEL)
	f.again(2, types.SEAT_ROLE_REDRAW)
	f.settle(3)
	f.ok(post("", ""))
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 8})
	list := func(s types.TaskStatus) (ids []uint64) {
		pages(t, 1, func(p *query.PageRequest) (*query.PageResponse, error) {
			r, err := f.q.TasksByStatus(f.ctx, &types.QueryTasksByStatusRequest{Status: s, Pagination: p})
			for _, one := range r.GetTasks() {
				ids = append(ids, one.Id)
			}
			return r.GetPagination(), err
		})
		return ids
	}
	require.Equal(t, []uint64{7}, list(types.TASK_STATUS_OPEN))
	require.Equal(t, []uint64{1}, list(types.TASK_STATUS_SPLIT))
	require.Equal(t, []uint64{2}, list(types.TASK_STATUS_STALLED))
	require.Equal(t, []uint64{3}, list(types.TASK_STATUS_SETTLED))
	require.Equal(t, []uint64{8}, list(types.TASK_STATUS_REFUNDED))
	require.Equal(t, []uint64{4, 5, 6}, list(types.TASK_STATUS_MATCHED))
	require.Empty(t, list(types.TASK_STATUS_REVEALING))
	f.r.status = types.TASK_STATUS_REVEALING
	require.Equal(t, []uint64{4, 5, 6}, list(types.TASK_STATUS_REVEALING))
	for _, s := range []types.TaskStatus{types.TASK_STATUS_UNSPECIFIED, types.TASK_STATUS_AGREED, 99} {
		_, err := f.q.TasksByStatus(f.ctx, &types.QueryTasksByStatusRequest{Status: s})
		require.ErrorIs(t, err, types.ErrBadRequest)
	}
}

func TestPagesAreBounded(t *testing.T) {
	f := newFixture(t)
	for i := range 250 {
		a := addr(fmt.Sprintf("p%05d", i))
		require.NoError(t, f.k.providers.Set(f.ctx, a, types.Provider{Address: a.String()}))
	}
	for _, c := range []struct {
		req  *query.PageRequest
		want int
	}{{nil, 100}, {&query.PageRequest{Limit: 7}, 7}, {&query.PageRequest{Limit: 1 << 60}, 200}} {
		r, err := f.q.Providers(f.ctx, &types.QueryProvidersRequest{Pagination: c.req})
		require.NoError(t, err)
		require.Len(t, r.Providers, c.want)
	}
	for _, req := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}} {
		_, err := f.q.Providers(f.ctx, &types.QueryProvidersRequest{Pagination: req})
		require.ErrorIs(t, err, types.ErrBadPage)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
		_, err = f.q.Parked(f.ctx, &types.QueryParkedRequest{Pagination: req})
		require.ErrorIs(t, err, types.ErrBadPage)
	}
	r, err := f.q.Providers(f.ctx, &types.QueryProvidersRequest{Pagination: &query.PageRequest{Limit: 1, Reverse: true}})
	require.NoError(t, err)
	require.Equal(t, provider(249), r.Providers[0].Address)
}

func TestModelsAreFoundByNameOldestFirst(t *testing.T) {
	f := newFixture(t)
	for i, name := range []string{"twin", "twin", "twins", "twin"} {
		id := make([]byte, 32)
		id[0] = byte(9 - i)
		m := types.Model{Id: id, Name: name, PublishHeight: uint64(100 + i)}
		require.NoError(t, f.k.models.Set(f.ctx, id, m))
		require.NoError(t, f.k.modelNames.Set(f.ctx, collections.Join3(m.Name, m.PublishHeight, m.Id)))
	}
	var heights []uint64
	pages(t, 2, func(p *query.PageRequest) (*query.PageResponse, error) {
		r, err := f.q.Models(f.ctx, &types.QueryModelsRequest{Name: "twin", Pagination: p})
		for _, m := range r.GetModels() {
			heights = append(heights, m.PublishHeight)
		}
		return r.GetPagination(), err
	})
	require.Equal(t, []uint64{100, 101, 103}, heights)
	all, err := f.q.Models(f.ctx, &types.QueryModelsRequest{})
	require.NoError(t, err)
	require.Len(t, all.Models, 7)
	_, err = f.q.Models(f.ctx, &types.QueryModelsRequest{Name: strings.Repeat("n", 65)})
	require.ErrorIs(t, err, types.ErrBadText)

	one, err := f.q.Model(f.ctx, &types.QueryModelRequest{ModelId: strings.ToUpper(hex.EncodeToString(modelA))})
	require.NoError(t, err)
	require.Equal(t, "a", one.Model.Name)
	_, err = f.q.Model(f.ctx, &types.QueryModelRequest{ModelId: "xyz"})
	require.ErrorIs(t, err, types.ErrBadModelID)
	_, err = f.q.Model(f.ctx, &types.QueryModelRequest{ModelId: strings.Repeat("00", 32)})
	require.ErrorIs(t, err, types.ErrUnknownModel)
}

func TestOffersAndProviders(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelA)
	f.ok(post("a"))
	f.endBlocks(12)
	var positions []uint64
	pages(t, 2, func(p *query.PageRequest) (*query.PageResponse, error) {
		r, err := f.q.Offers(f.ctx, &types.QueryOffersRequest{ModelId: hex.EncodeToString(modelA), Pagination: p})
		for _, o := range r.GetOffers() {
			positions = append(positions, o.Position)
		}
		return r.GetPagination(), err
	})
	require.Equal(t, []uint64{0, 1, 2, 3, 4}, positions)
	_, err := f.q.Offers(f.ctx, &types.QueryOffersRequest{ModelId: strings.Repeat("00", 32)})
	require.ErrorIs(t, err, types.ErrUnknownModel)

	p, err := f.q.Provider(f.ctx, &types.QueryProviderRequest{Address: f.seats(1)[0]})
	require.NoError(t, err)
	require.Equal(t, uint32(1), p.OpenSeats)
	require.Equal(t, [2]uint64{testBond, testBond - oneAIC}, [2]uint64{p.Bonded, p.Free})
	require.Len(t, p.Offers, 1)
	_, err = f.q.Provider(f.ctx, &types.QueryProviderRequest{Address: account("bob")})
	require.ErrorIs(t, err, types.ErrUnknownProvider)
}

func TestScreenTask(t *testing.T) {
	f := newFixture(t)
	f.market(6, modelA)
	f.offer(provider(1), modelA, 1000, 9501, 1)
	require.NoError(t, f.m.PlaceLien(f.ctx, provider(2), 99*oneAIC+1))
	f.ok(&types.MsgDrainProvider{Provider: provider(3)})
	taken := f.offerOf(provider(4), modelA)
	taken.UsedSlots = 1
	require.NoError(t, f.k.offers.Set(f.ctx, collections.Join(addr("p00004"), modelA), taken))

	req := &types.QueryScreenTaskRequest{Requester: provider(5), Terms: terms(), InputTokens: 5}
	got, err := f.q.ScreenTask(f.ctx, req)
	require.NoError(t, err)
	require.Equal(t, []types.Screened{
		{Provider: provider(0), Reason: types.REASON_MATCHABLE, WorstPrice: 25, Detail: "costs at most 25 uaic a seat, 1 of 1 slots free, 100000000 uaic of bond free"},
		{Provider: provider(1), Reason: types.REASON_PRICE_ABOVE_CEILING, WorstPrice: 101, Detail: "costs up to 101 uaic a seat, the ceiling is 100 for each of 3 seats"},
		{Provider: provider(2), Reason: types.REASON_BOND_TOO_LOW, WorstPrice: 25, Detail: "a seat reserves 1000000 uaic, 999999 of 100000000 uaic of bond are free"},
		{Provider: provider(3), Reason: types.REASON_PROVIDER_DRAINING, WorstPrice: 25, Detail: "takes no new seats"},
		{Provider: provider(4), Reason: types.REASON_NO_FREE_SLOT, WorstPrice: 25, Detail: "1 of 1 slots are taken"},
		{Provider: provider(5), Reason: types.REASON_OWN_PROVIDER, WorstPrice: 25, Detail: "the requester does not answer its own task"},
	}, got.Screened)
	require.Equal(t, uint32(1), got.Matchable)

	req.Terms.MaxPrice = sdk.Coin{}
	req.Requester = ""
	req.Pagination = &query.PageRequest{Limit: 2}
	got, err = f.q.ScreenTask(f.ctx, req)
	require.NoError(t, err)
	require.Equal(t, uint32(2), got.Matchable, "without a ceiling the dear one is matchable too")
	require.NotEmpty(t, got.Pagination.NextKey)

	for want, change := range map[error]func(*types.QueryScreenTaskRequest){
		types.ErrBadSeats:     func(r *types.QueryScreenTaskRequest) { r.Terms.Seats = 1 },
		types.ErrUnknownModel: func(r *types.QueryScreenTaskRequest) { r.Terms.ModelId = make([]byte, 32) },
		types.ErrInputLimit:   func(r *types.QueryScreenTaskRequest) { r.InputTokens = 0 },
		types.ErrContextLimit: func(r *types.QueryScreenTaskRequest) { r.InputTokens, r.Terms.MaxOutputTokens = 40, 40 },
		types.ErrBadCoin:      func(r *types.QueryScreenTaskRequest) { r.Terms.MaxPrice = sdk.NewInt64Coin("stake", 1) },
		types.ErrBadAddress:   func(r *types.QueryScreenTaskRequest) { r.Requester = "x" },
	} {
		bad := &types.QueryScreenTaskRequest{Terms: terms(), InputTokens: 5}
		change(bad)
		_, err := f.q.ScreenTask(f.ctx, bad)
		require.ErrorIs(t, err, want)
	}
}

func TestParamsQuery(t *testing.T) {
	f := newFixture(t)
	got, err := f.q.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, uint32(120), got.Params.MaxBatch)
}
