package receipt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client/receipt"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

var four = []string{"a", "b", "c", "d"}

// settledChain has task 7 settled at height 6 and its header at height 7; one of four validators is silent, so that not one
// signature can be spared.
func settledChain(tb testing.TB, id string) (*chain, receipt.Receipt) {
	tb.Helper()
	c := newChain(tb, id, four...)
	c.Silent = []string{"b"}
	c.storeLife(settled(7))
	c.storeLife(settled(8))
	c.blocksUntil(7)
	return c, c.export(7, receipt.ExportOptions{})
}

func TestReceiptProvesTheAnswer(t *testing.T) {
	c, r := settledChain(t, "aichain-1")
	require.EqualValues(t, 6, r.Height)
	s, err := r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	require.Equal(t, "aichain-1", s.ChainID)
	require.EqualValues(t, 7, s.TaskID)
	require.Equal(t, []uint32{12, 10, 3, 7}, s.Input)
	require.Equal(t, []uint32{42, 43}, s.Output)
	require.Equal(t, receipt.ByAgreement, s.Established)
	require.Len(t, s.Seats, 3)
	require.EqualValues(t, 300, s.Header.SignedPower)
	require.EqualValues(t, 400, s.Header.TotalPower)
	require.False(t, s.Final)
	require.EqualValues(t, 16, s.ChallengeUntil)

	text := s.Text("", "")
	require.Contains(t, text, "On chain aichain-1 at height 6, task 7 asked the model nano")
	require.Contains(t, text, "tokens 42 43")
	require.Contains(t, text, "was established by 3 of 3 seats")
	require.Contains(t, text, "can be challenged until block 16")
	require.Contains(t, s.Text("2+2=\x1b[2J", "4"), "2+2=\ufffd[2J")
	require.Contains(t, s.Text("2+2=\u202e", "a\u2028\u0085\nb 👩‍🔬"), "2+2=\ufffd\n")
	require.Contains(t, s.Text("2+2=\u202e", "a\u2028\u0085\nb 👩‍🔬"), "a\ufffd\ufffd\n    b 👩‍🔬\n")
}

func TestFileIsReadAsWritten(t *testing.T) {
	_, r := settledChain(t, "aichain-1")
	file, err := r.Encode()
	require.NoError(t, err)
	t.Logf("%d bytes", len(file))
	again, err := receipt.Decode(file)
	require.NoError(t, err)
	require.Equal(t, r, again)
	var other []byte
	{
		bz, err := json.Marshal(r) // without white space
		require.NoError(t, err)
		other = bz
	}
	again, err = receipt.Decode(other)
	require.NoError(t, err)
	require.Equal(t, r, again)
}

func TestReceiptSurvivesPruning(t *testing.T) {
	c, r := settledChain(t, "aichain-1")
	file, err := r.Encode()
	require.NoError(t, err)
	c.prune(settled(7))
	c.blocksUntil(30)
	_, err = receipt.Export(context.Background(), c, 7, receipt.ExportOptions{})
	require.ErrorIs(t, err, receipt.ErrNotFound)
	r, err = receipt.Decode(file)
	require.NoError(t, err)
	_, err = r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	// An archive still proves the old state.
	require.EqualValues(t, 6, c.export(7, receipt.ExportOptions{Height: 6}).Height)
}

// TestFreshlySettled exports right after the block that settled the task, whose app hash is in no header yet.
func TestFreshlySettled(t *testing.T) {
	c := newChain(t, "aichain-1", four...)
	c.storeLife(settled(7))
	c.blocksUntil(6)
	asked := 0
	c.OnCommit = func() {
		if asked++; asked == 3 {
			c.blocksUntil(7)
		}
	}
	r := c.export(7, receipt.ExportOptions{})
	require.EqualValues(t, 6, r.Height)
	require.Equal(t, 3, asked)
}

func TestTrustedHeader(t *testing.T) {
	c := newChain(t, "aichain-1", four...)
	c.blocksUntil(9)
	c.storeLife(settled(7))
	c.blocksUntil(20)
	r := c.export(7, receipt.ExportOptions{Height: 12}) // header 13
	day := 24 * time.Hour
	fork := newChain(t, "aichain-1", "x", "y", "z")
	fork.blocksUntil(20)
	other := newChain(t, "aichain-2", four...)
	other.blocksUntil(20)

	for _, tc := range []struct {
		name  string
		trust receipt.Trust
		now   time.Duration // after the last block
		kind  error
	}{
		{name: "own header by hash", trust: c.trustHash(13)},
		{name: "own header as block", trust: c.trustBlock(13)},
		{name: "own header, however old", trust: c.trustHash(13), now: 5000 * day},
		{name: "the header before", trust: c.trustBlock(12)},
		{name: "an earlier header", trust: c.trustBlock(3)},
		{name: "an earlier header on the last day", trust: c.trustBlock(3), now: 14*day - time.Hour},
		{name: "an earlier header that expired", trust: c.trustBlock(3), now: 14 * day, kind: receipt.ErrExpired},
		{name: "the hash of an earlier header that the receipt lacks", trust: c.trustHash(3), kind: receipt.ErrHeight},
		{name: "a later header", trust: c.trustBlock(14), kind: receipt.ErrHeight},
		{name: "the hash of a later header", trust: c.trustHash(14), kind: receipt.ErrHeight},
		{name: "a fork's header of that height", trust: fork.trustHash(13), kind: receipt.ErrUntrusted},
		{name: "a fork's earlier header", trust: fork.trustBlock(3), kind: receipt.ErrUntrusted},
		{name: "a fork's header before", trust: fork.trustBlock(12), kind: receipt.ErrUntrusted},
		{name: "another chain's header with the same validators", trust: other.trustBlock(3), kind: receipt.ErrOtherChain},
		{name: "another chain's hash", trust: other.trustHash(13), kind: receipt.ErrUntrusted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := r.Verify(tc.trust, receipt.Options{Now: c.Time.Add(tc.now)})
			if tc.kind == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.kind)
			t.Log(err)
		})
	}
}

// TestValidatorsChange replaces one of five validators every few blocks: an old header no longer reaches the receipt in
// one step, and the exporter puts stepping stones into it.
func TestValidatorsChange(t *testing.T) {
	c := newChain(t, "aichain-1", "v0", "v1", "v2", "v3", "v4")
	c.storeLife(settled(7))
	for i := range 12 {
		c.blocksUntil(c.Height + 4)
		c.Signers = append(c.Signers[1:], fmt.Sprint("v", i+5))
	}
	r := c.export(7, receipt.ExportOptions{})
	_, err := r.Verify(c.trustBlock(5), c.now())
	require.ErrorIs(t, err, receipt.ErrUntrusted)

	r = c.export(7, receipt.ExportOptions{TrustedHeight: 5})
	require.Greater(t, len(r.Blocks), 2)
	for _, trust := range []receipt.Trust{c.trustHash(5), c.trustBlock(5), c.trustBlock(3), c.trustHash(r.Height + 1)} {
		_, err = r.Verify(trust, c.now())
		require.NoError(t, err)
	}
	_, err = receipt.Export(context.Background(), c, 7, receipt.ExportOptions{TrustedHeight: r.Height + 2})
	require.ErrorIs(t, err, receipt.ErrHeight)
	// Without the stones in the middle it is no way.
	r.Blocks = append(r.Blocks[:1:1], r.Blocks[len(r.Blocks)-1])
	_, err = r.Verify(c.trustHash(5), c.now())
	require.ErrorIs(t, err, receipt.ErrUntrusted)
}

func TestTooLittlePower(t *testing.T) {
	c, _ := settledChain(t, "aichain-1")
	c.Silent = []string{"a", "b"}
	c.blocksUntil(8)
	_, err := receipt.Export(context.Background(), c, 7, receipt.ExportOptions{})
	require.ErrorIs(t, err, receipt.ErrPower)
	t.Log(err)
}

func TestExpectations(t *testing.T) {
	c, r := settledChain(t, "aichain-1")
	for _, tc := range []struct {
		o    receipt.Options
		kind error
	}{
		{o: receipt.Options{ChainID: "aichain-1", TaskID: 7}},
		{o: receipt.Options{ChainID: "aichain-2"}, kind: receipt.ErrOtherChain},
		{o: receipt.Options{TaskID: 8}, kind: receipt.ErrOtherTask},
		{o: receipt.Options{Final: true}, kind: receipt.ErrNotFinal},
	} {
		_, err := r.Verify(c.trustHash(7), tc.o)
		if tc.kind == nil {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, tc.kind)
	}
}

func TestFinality(t *testing.T) {
	for _, tc := range []struct {
		name   string
		height int64
		change func(*life)
		final  bool
	}{
		{name: "the window's last block but one", height: 15},
		{name: "the window's last block", height: 16, final: true},
		{name: "after the window", height: 17, final: true},
		{name: "a dispute outlasts the window", height: 17, change: func(l *life) {
			l.dcase = &attesttypes.Case{TaskId: 7, Origin: attesttypes.DISPUTE_ORIGIN_CHALLENGE, Unresolved: 1, Until: 16}
		}},
		{name: "a model that is not refereed", height: 7, change: func(l *life) { l.task.Snapshot.Refereed = false }, final: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t, "aichain-1", four...)
			l := settled(7)
			if tc.change != nil {
				tc.change(&l)
			}
			c.storeLife(l)
			c.blocksUntil(20)
			s, err := c.export(7, receipt.ExportOptions{Height: tc.height}).Verify(c.trustHash(tc.height+1), c.now())
			require.NoError(t, err)
			require.Equal(t, tc.final, s.Final)
		})
	}
}

// TestMeaning proves records that are really in the state, under real signatures, and mean no established answer.
func TestMeaning(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*life)
		kind   error
		says   string
	}{
		{"overturned", func(l *life) {
			l.task.Status, l.task.Reason = computetypes.TASK_STATUS_OVERTURNED, computetypes.REASON_TASK_OVERTURNED
		}, receipt.ErrNotSettled, "OVERTURNED (TASK_OVERTURNED): a challenge proved"},
		{"refunded", func(l *life) {
			l.task.Status, l.task.Reason = computetypes.TASK_STATUS_REFUNDED, computetypes.REASON_TASK_UNDECIDED
		}, receipt.ErrNotSettled, "REFUNDED (TASK_UNDECIDED): no answer"},
		{"still open", func(l *life) { l.task.Status = computetypes.TASK_STATUS_OPEN }, receipt.ErrNotSettled, "OPEN: it is not over"},
		{"another root", func(l *life) { l.task.ResultRoot = make([]byte, 32) }, receipt.ErrContradiction, "none in any round"},
		{"another output under the root", func(l *life) { l.rounds[0].Results[0].Output = []uint32{1, 2} }, receipt.ErrContradiction, "digest"},
		{"another length", func(l *life) { l.task.OutputTokens = 3 }, receipt.ErrContradiction, "3 tokens"},
		{"another input in the task", func(l *life) { l.task.Input[0]++ }, receipt.ErrContradiction, "input of round 0"},
		{"other terms", func(l *life) { l.task.Terms.Sampling.TopK++ }, receipt.ErrContradiction, "input of round 0"},
		{"another model in the round", func(l *life) { l.rounds[0].ModelId = make([]byte, 32) }, receipt.ErrContradiction, "model of round 0"},
		{"a token outside the vocabulary", func(l *life) { l.model.Vocab = 42 }, receipt.ErrContradiction, "vocabulary"},
		{"an open round", func(l *life) { l.rounds[0].Phase = attesttypes.ROUND_PHASE_REVEAL }, receipt.ErrContradiction, "closed round"},
		{"another task's record at the key", func(l *life) { l.rounds[0].TaskId = 8 }, receipt.ErrOtherTask, "expected 7, got 8"},
		{"another round's record at the key", func(l *life) { l.rounds[0].Round = 1 }, receipt.ErrContradiction, "round 0"},
		{"a result that is not there", func(l *life) { l.rounds[0].Seats[0].Result = 9 }, receipt.ErrContradiction, "one of 1 results"},
		{"nobody stands for it", func(l *life) {
			for i := range l.rounds[0].Seats {
				l.rounds[0].Seats[i].Fall = attesttypes.FALL_PROVEN
			}
		}, receipt.ErrNotSettled, "a seat that stands"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t, "aichain-1", four...)
			l := settled(7)
			tc.change(&l)
			id := l.task.Id
			c.storeLife(l)
			c.blocksUntil(8)
			_, err := receipt.Export(context.Background(), c, id, receipt.ExportOptions{})
			require.ErrorIs(t, err, tc.kind)
			require.ErrorContains(t, err, tc.says)
			t.Log(err)
		})
	}
}

// TestOverturnedAfterExport: who forges the status of an overturned task cannot prove it, and a receipt with the true
// record says why it is refused even to somebody who did not make it with Export.
func TestOverturnedRecordIsRefused(t *testing.T) {
	c, r := settledChain(t, "aichain-1")
	l := settled(7)
	l.task.Status, l.task.Reason = computetypes.TASK_STATUS_OVERTURNED, computetypes.REASON_TASK_OVERTURNED
	c.storeLife(l)
	c.blocksUntil(9)
	r2 := r
	r2.Height = 8
	b, err := receipt.FetchBlock(context.Background(), c, 9)
	require.NoError(t, err)
	r2.Blocks = []receipt.Block{b}
	refetch(t, c, &r2)
	_, err = r2.Verify(c.trustHash(9), c.now())
	require.ErrorIs(t, err, receipt.ErrNotSettled)
	// With the settled task of before it is not proved.
	r2.Compute.Task = r.Compute.Task
	_, err = r2.Verify(c.trustHash(9), c.now())
	require.ErrorIs(t, err, receipt.ErrProof)
}

// TestWays tells how answers were established.
func TestWays(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*life)
		how    string
		says   string
	}{
		{"three of three", func(*life) {}, receipt.ByAgreement, "by 3 of 3 seats."},
		{"with an audit seat", func(l *life) {
			l.rounds[0] = l.round(0, computetypes.SEAT_ROLE_PRIMARY, 1, 1, 1, 1)
			l.rounds[0].Audits = 1
		}, receipt.ByAgreement, "round 0, audit: stands"},
		{"by a panel", func(l *life) {
			l.task.Round, l.task.Role, l.task.Reason = 1, computetypes.SEAT_ROLE_PANEL, computetypes.REASON_TASK_AGREED_BY_PANEL
			l.rounds = []attesttypes.Round{l.round(0, computetypes.SEAT_ROLE_PRIMARY, 1, 1, 2), l.round(1, computetypes.SEAT_ROLE_PANEL, 1, 1, 1)}
		}, receipt.ByPanel, "by 3 of 3 seats of a panel"},
		{"by the referee", func(l *life) {
			l.task.Reason = computetypes.REASON_TASK_REFEREED
			l.rounds[0] = l.round(0, computetypes.SEAT_ROLE_PRIMARY, 2, 2, 1)
			l.rounds[0].Verdict = attesttypes.VERDICT_SPLIT
			for i := range 2 {
				l.rounds[0].Seats[i].Fall = attesttypes.FALL_PROVEN
			}
		}, receipt.ByReferee, "1 of 3 seats stand for this one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t, "aichain-1", four...)
			l := settled(7)
			tc.change(&l)
			c.storeLife(l)
			c.blocksUntil(8)
			s, err := c.export(7, receipt.ExportOptions{}).Verify(c.trustHash(8), c.now())
			require.NoError(t, err)
			require.Equal(t, tc.how, s.Established)
			require.Contains(t, s.Text("", ""), tc.says)
		})
	}
}
