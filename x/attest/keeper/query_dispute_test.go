package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/types/query"
)

func TestQueryDispute(t *testing.T) {
	c := everyDispute(t)
	q := NewQueryServer(c.k)
	ask := func(id uint64) *types.QueryDisputeResponse {
		t.Helper()
		res, err := q.Dispute(c.ctx, &types.QueryDisputeRequest{DisputeId: id})
		require.NoError(t, err)
		require.Equal(t, c.load(id), res.Dispute)
		return res
	}
	against := func(task uint64) uint64 {
		t.Helper()
		for _, d := range c.disputesOf(task) {
			if d.Solver == account(2) && d.Phase != types.DISPUTE_PHASE_QUEUED {
				return d.Id
			}
		}
		return 0
	}
	t.Run("before the trace", func(t *testing.T) {
		res := ask(against(inTrace))
		require.Nil(t, res.Trace)
		require.Empty(t, res.Shown)
		g, err := c.k.game(c.ctx, res.Dispute)
		require.NoError(t, err)
		require.Equal(t, g.shape.Tensors(), res.Tensors)
		require.Contains(t, res.Where, "tensors 0 to ")
		require.Contains(t, res.Where, "from input to output")
	})
	t.Run("in the middle", func(t *testing.T) {
		res := ask(against(inTrace + 2)) // CHILDREN_DUE
		require.Len(t, res.Trace.Root, 32)
		require.Empty(t, res.Shown, "the children of the top are in the trace")
		require.Contains(t, res.Where, "tensors ")
	})
	t.Run("at the step", func(t *testing.T) {
		res := ask(against(inStep))
		require.Len(t, res.Shown, int(res.Dispute.Choices()))
		require.True(t, res.Shown[len(res.Shown)-1].Place.Step().IsChunk())
		require.Regexp(t, `^tensor \d+ \(.+\): chunk 0 of \d+, units \d+ to \d+$`, res.Where)
	})
	t.Run("resolved", func(t *testing.T) {
		res := ask(c.disputesOf(resolved)[0].Id)
		require.Empty(t, res.Shown)
		require.Equal(t, types.DISPUTE_END_CHALLENGER_SILENT, res.Dispute.End)
	})
	_, err := q.Dispute(c.ctx, &types.QueryDisputeRequest{DisputeId: 10_000})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = q.Dispute(c.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQueryDisputeLists(t *testing.T) {
	c := everyDispute(t)
	q := NewQueryServer(c.k)
	code := func(want codes.Code, err error) {
		t.Helper()
		require.Equal(t, want, status.Code(err), "%v", err)
	}
	t.Run("by task, in pages", func(t *testing.T) {
		var got []types.Dispute
		page := &query.PageRequest{Limit: 7}
		for {
			res, err := q.Disputes(c.ctx, &types.QueryDisputesRequest{TaskId: dropping, Pagination: page})
			require.NoError(t, err)
			got = append(got, res.Disputes...)
			if res.Pagination.NextKey == nil {
				break
			}
			page = &query.PageRequest{Limit: 7, Key: res.Pagination.NextKey}
		}
		require.Equal(t, c.disputesOf(dropping), got, "oldest first")
		res, err := q.Disputes(c.ctx, &types.QueryDisputesRequest{TaskId: 99})
		require.NoError(t, err)
		require.Empty(t, res.Disputes)
		_, err = q.Disputes(c.ctx, nil)
		code(codes.InvalidArgument, err)
		_, err = q.Disputes(c.ctx, &types.QueryDisputesRequest{Pagination: &query.PageRequest{Offset: 1}})
		code(codes.InvalidArgument, err)
	})
	t.Run("by party", func(t *testing.T) {
		res, err := q.DisputesOf(c.ctx, &types.QueryDisputesOfRequest{Party: account(21)})
		require.NoError(t, err)
		require.Len(t, res.Disputes, 1)
		require.Equal(t, account(21), res.Disputes[0].Challenger)
		res, err = q.DisputesOf(c.ctx, &types.QueryDisputesOfRequest{Party: account(23)})
		require.NoError(t, err)
		require.Empty(t, res.Disputes, "the resolved are no duty")
		last := uint64(0)
		res, err = q.DisputesOf(c.ctx, &types.QueryDisputesOfRequest{Party: account(0)})
		require.NoError(t, err)
		for _, d := range res.Disputes {
			require.Greater(t, d.Id, last, "oldest first")
			require.Contains(t, []string{d.Solver, d.Challenger}, account(0))
			require.True(t, d.IsOpen())
			last = d.Id
		}
		_, err = q.DisputesOf(c.ctx, nil)
		code(codes.InvalidArgument, err)
		_, err = q.DisputesOf(c.ctx, &types.QueryDisputesOfRequest{Party: "somebody"})
		code(codes.InvalidArgument, err)
		_, err = q.DisputesOf(c.ctx, &types.QueryDisputesOfRequest{Party: account(0), Pagination: &query.PageRequest{Limit: pageLimit + 1}})
		code(codes.InvalidArgument, err)
	})
	t.Run("a case", func(t *testing.T) {
		res, err := q.Case(c.ctx, &types.QueryCaseRequest{TaskId: challengedT})
		require.NoError(t, err)
		require.Equal(t, mustCase(c, challengedT), res.Case)
		_, err = q.Case(c.ctx, &types.QueryCaseRequest{TaskId: waiting})
		code(codes.NotFound, err)
		_, err = q.Case(c.ctx, nil)
		code(codes.InvalidArgument, err)
	})
	t.Run("what is parked", func(t *testing.T) {
		res, err := q.Parked(c.ctx, &types.QueryParkedRequest{})
		require.NoError(t, err)
		require.Len(t, res.Parked, 1)
		require.Equal(t, types.ParkedCaseStep, res.Parked[0].Step)
		require.Len(t, res.ParkedDisputes, 1)
		res, err = q.Parked(c.ctx, &types.QueryParkedRequest{Pagination: &query.PageRequest{Key: make([]byte, 8)}})
		require.NoError(t, err)
		require.Empty(t, res.ParkedDisputes, "on the first page alone")
	})
}

// TestPlaceText: every place on the way down to a tensor has words.
func TestPlaceText(t *testing.T) {
	c := newCourt(t)
	c.postRefereed(1, 0, 1, 2)
	s, err := step.NewShape(c.m.Header(), c.right(1))
	require.NoError(t, err)
	logits, err := s.Index(step.At{Position: s.Positions() - 1, Site: step.SiteLogits})
	require.NoError(t, err)
	place := s.Top()
	for !place.IsChunk() {
		text := placeText(s, place)
		require.NotEmpty(t, text)
		for i := range s.Fanout(place) {
			below, err := s.Child(place, i)
			require.NoError(t, err)
			require.NotEmpty(t, placeText(s, below))
		}
		i := 0
		for n := s.Fanout(place); i < n-1; i++ {
			next, err := s.Child(place, i+1)
			require.NoError(t, err)
			if first, _ := span(next, s.Tensors()); next.InTensor && next.Tensor > logits || !next.InTensor && first > logits {
				break
			}
		}
		if place.InTensor {
			i = 0
		}
		place, err = s.Child(place, i)
		require.NoError(t, err)
	}
	require.Equal(t, logits, place.Tensor)
	require.Contains(t, placeText(s, place), "(logits, position ")
	for _, bad := range []step.Place{{InTensor: true, Tensor: 1 << 40}, {Level: 255}, {InTensor: true, Level: 200, Tensor: 1}, {InTensor: true, Tensor: 1, Index: 1 << 60}} {
		require.NotPanics(t, func() { placeText(s, bad) }, "places that no dispute has")
	}
}
