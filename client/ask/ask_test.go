package ask

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/match"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const nanoFile = "../../models/nano/nano.canon"

// fakeChain has three providers at 10, 20 and 30 uaic a seat and settles what is posted.
type fakeChain struct {
	model    computetypes.Model
	prices   []uint64
	balance  uint64
	tasks    map[string]computetypes.Task // by client_ref
	posts    int
	status   computetypes.TaskStatus // of the end
	screened []computetypes.TaskTerms
	auditBps uint32
}

func (c *fakeChain) Address() string { return "aic1me" }
func (c *fakeChain) FindModel(_ context.Context, name string) (computetypes.Model, error) {
	if name != "nano" {
		return computetypes.Model{}, client.ErrNotFound
	}
	return c.model, nil
}

func (c *fakeChain) ComputeParams(context.Context) (computetypes.Params, error) {
	return computetypes.Params{MinSeats: 3, MaxSeats: 7, MaxInputTokens: 100, MaxOutputTokens: 200, AuditBps: c.auditBps}, nil
}

func (c *fakeChain) Screen(_ context.Context, terms computetypes.TaskTerms, _ uint32) ([]computetypes.Screened, error) {
	c.screened = append(c.screened, terms)
	ceiling := terms.MaxPrice.Amount.QuoRaw(int64(match.PricedSeats(terms.Seats, computetypes.Params{AuditBps: c.auditBps}.AuditBpsOf(c.model))))
	var out []computetypes.Screened
	for _, p := range c.prices {
		s := computetypes.Screened{Provider: "p", Reason: computetypes.REASON_MATCHABLE, WorstPrice: p}
		if !terms.MaxPrice.Amount.IsZero() && ceiling.LT(sdkmath.NewIntFromUint64(p)) {
			s.Reason, s.Detail = computetypes.REASON_PRICE_ABOVE_CEILING, "costs more"
		}
		out = append(out, s)
	}
	return out, nil
}
func (c *fakeChain) Balance(context.Context, string) (uint64, error) { return c.balance, nil }
func (c *fakeChain) TaskByClientRef(_ context.Context, _, ref string) (computetypes.Task, error) {
	t, ok := c.tasks[ref]
	if !ok {
		return t, client.ErrNotFound
	}
	return t, nil
}

func (c *fakeChain) PostTask(_ context.Context, terms computetypes.TaskTerms, in []computetypes.TaskInput) ([]computetypes.PostedTask, client.Tx, error) {
	c.posts++
	id := uint64(len(c.tasks) + 1)
	c.tasks[in[0].ClientRef] = computetypes.Task{Id: id, Terms: terms, Input: in[0].Tokens, ClientRef: in[0].ClientRef}
	return []computetypes.PostedTask{{TaskId: id}}, client.Tx{Height: 5, Fee: 9}, nil
}

func (c *fakeChain) WatchTask(_ context.Context, id uint64) <-chan client.TaskState {
	ch := make(chan client.TaskState, 1)
	defer close(ch)
	for _, t := range c.tasks {
		if t.Id == id {
			t.Status = c.status
			ch <- client.TaskState{Seats: 3, Committed: 3, Revealed: 3, View: &computetypes.QueryTaskResponse{
				Task: t,
				Progress: computetypes.Progress{Output: []uint32{60, 54}, Stop: 1, Seats: []computetypes.SeatView{
					{Provider: "a", Outcome: computetypes.REASON_SEAT_RIGHT}, {Provider: "b", Outcome: computetypes.REASON_SEAT_WRONG},
				}},
				Money: computetypes.MoneyView{Escrowed: 99, PaidSeats: 30, PaidModel: 1, PaidValidators: 2, Burned: 3, Refunded: 63},
			}}
		}
	}
	return ch
}

func (c *fakeChain) TaskHeights(context.Context, computetypes.Task) (client.Heights, error) {
	return client.Heights{Posted: 5, Settled: 9}, nil
}

func newFake(t testing.TB) (*fakeChain, *Asker) {
	m, err := model.Open(nanoFile)
	require.NoError(t, err)
	id, err := m.Root()
	require.NoError(t, err)
	h := m.Header()
	require.NoError(t, m.Close())
	c := &fakeChain{
		prices: []uint64{30, 10, 20}, balance: 1_000, tasks: map[string]computetypes.Task{}, status: computetypes.TASK_STATUS_SETTLED,
		model: computetypes.Model{Id: id[:], Name: "nano", Profile: h.Profile, Header: h.Encode(), Vocab: h.Vocab, MaxContext: h.MaxContext},
	}
	return c, &Asker{Chain: c, Tokenizer: func(m computetypes.Model) (*token.Tokenizer, error) { return Tokenizer(m, nanoFile, nil) }}
}

func TestAskPaysOnceAndTellsTheWholeStory(t *testing.T) {
	c, a := newFake(t)
	var stages []string
	a.Tell = func(p Progress) { stages = append(stages, string(p.Stage)) }
	got, err := a.Ask(t.Context(), Question{Text: "What is 37+45?", Model: "nano", ClientRef: "sum"})
	require.NoError(t, err)
	require.Equal(t, "82", got.Answer)
	require.Equal(t, "named posted matched committed revealed settled", strings.Join(stages, " "))
	require.Equal(t, []string{"a"}, got.Providers, "only whose result was right")
	require.EqualValues(t, 36, got.Paid)
	require.EqualValues(t, 9, got.Fee)
	require.Equal(t, got.Escrowed, got.Paid+got.Refunded)
	require.EqualValues(t, 99, c.tasks["sum"].Terms.MaxPrice.Amount.Uint64(), "three seats at the dearest, 30, with headroom")

	stages = nil
	again, err := a.Ask(t.Context(), Question{Text: "What is 37+45?", Model: "nano", ClientRef: "sum"})
	require.NoError(t, err)
	require.True(t, again.Resumed)
	require.Zero(t, again.Fee)
	require.Equal(t, got.TaskID, again.TaskID)
	require.Equal(t, 1, c.posts)
	require.Equal(t, "resumed", stages[0])

	raw, err := json.Marshal(got)
	require.NoError(t, err)
	for _, field := range []string{"task_id", "status", "answer", "tokens_in", "tokens_out", "paid", "refunded", "providers", "result_root", "heights"} {
		require.Contains(t, string(raw), `"`+field+`":`)
	}
}

func TestThePriceCoversTheAudit(t *testing.T) {
	for name, c := range map[string]struct {
		prices   []uint64
		auditBps uint32
		profile  string
		want     uint64
		says     string
	}{
		"no audits on the chain":  {[]uint64{30, 10, 20}, 0, model.Profile, 99, "99uaic for 3 seats"},
		"a model without referee": {[]uint64{30, 10, 20}, 500, "hr/1", 99, "99uaic for 3 seats"},
		"one seat more":           {[]uint64{30, 10, 20}, 500, model.Profile, 132, "132uaic for 3 seats and one more that may be drawn to audit them"},
		"however small":           {[]uint64{30, 10, 20}, 1, model.Profile, 132, "132uaic for 3 seats and one more"},
		"somebody to take it":     {[]uint64{30, 10, 20, 50, 40}, 500, model.Profile, 176, "176uaic for 3 seats and one more"},
		"nobody dearer without":   {[]uint64{30, 10, 20, 50, 40}, 0, model.Profile, 99, "99uaic for 3 seats"},
	} {
		t.Run(name, func(t *testing.T) {
			chain, a := newFake(t)
			chain.prices, chain.auditBps, chain.model.Profile = c.prices, c.auditBps, c.profile
			var named string
			a.Tell = func(p Progress) {
				if p.Stage == StageNamed {
					named = p.Text
				}
			}
			_, err := a.Ask(t.Context(), Question{Text: "x", Model: "nano", ClientRef: "r"})
			require.NoError(t, err)
			require.Equal(t, c.want, chain.tasks["r"].Terms.MaxPrice.Amount.Uint64())
			require.Contains(t, named, c.says)
		})
	}
	chain, a := newFake(t)
	chain.auditBps = 500
	_, err := a.Ask(t.Context(), Question{Text: "x", Model: "nano", MaxPrice: 119})
	require.ErrorIs(t, err, ErrNotMatchable, "a ceiling of one's own has to cover it too")
	_, err = a.Ask(t.Context(), Question{Text: "x", Model: "nano", MaxPrice: 120})
	require.NoError(t, err)
}

func TestAnOverturnedAnswerIsNoAnswer(t *testing.T) {
	c, a := newFake(t)
	c.status = computetypes.TASK_STATUS_OVERTURNED
	var last Progress
	a.Tell = func(p Progress) { last = p }
	got, err := a.Ask(t.Context(), Question{Text: "x", Model: "nano"})
	require.ErrorIs(t, err, ErrOverturned)
	require.Equal(t, "OVERTURNED", got.Status)
	require.Equal(t, StageOverturned, last.Stage)
	require.Zero(t, got.ChallengeUntil)
}

func TestStepsOfADispute(t *testing.T) {
	state := func(status, shown computetypes.TaskStatus, providers ...string) client.TaskState {
		v := &computetypes.QueryTaskResponse{Task: computetypes.Task{Status: status}, Next: "what is next"}
		v.Progress.Status = shown
		for _, p := range providers {
			v.Progress.Seats = append(v.Progress.Seats, computetypes.SeatView{Provider: p})
		}
		return client.TaskState{View: v, Seats: len(providers), Committed: len(providers), Revealed: len(providers)}
	}
	three := state(computetypes.TASK_STATUS_MATCHED, computetypes.TASK_STATUS_COMMITTING, "a", "b", "c")
	audited := state(computetypes.TASK_STATUS_MATCHED, computetypes.TASK_STATUS_COMMITTING, "a", "b", "c", "d")
	audited.Committed, audited.Revealed = 3, 3
	split := state(computetypes.TASK_STATUS_MATCHED, computetypes.TASK_STATUS_SPLIT, "a", "b", "c", "d")
	require.Equal(t, []Progress{{Stage: StageMatched, Text: "round 0 gets an audit by d"}}, steps(three, audited))
	require.Equal(t, []Progress{
		{Stage: StageCommitted, Text: "4/4 committed"}, {Stage: StageRevealed, Text: "4/4 revealed"}, {Stage: StageDisputed, Text: "what is next"},
	}, steps(audited, split))
	require.Empty(t, steps(split, split))
}

func TestASettledAnswerSaysUntilWhenItCanBeChallenged(t *testing.T) {
	v := &computetypes.QueryTaskResponse{Task: computetypes.Task{
		Status: computetypes.TASK_STATUS_SETTLED, CloseHeight: 20, Snapshot: computetypes.Snapshot{Refereed: true, ChallengeWindow: 100},
	}}
	require.EqualValues(t, 120, newAnswer(v, nil).ChallengeUntil)
	v.Task.Snapshot.Refereed = false
	require.Zero(t, newAnswer(v, nil).ChallengeUntil)
}

func TestAnotherQuestionUnderTheSameNameIsRefused(t *testing.T) {
	base := Question{Text: "What is 37+45?", Model: "nano", ClientRef: "r", Seats: 3, MaxToken: 20, MaxPrice: 99}
	for name, change := range map[string]func(*Question){
		"input":         func(q *Question) { q.Text = "What is 37+46?" },
		"seats":         func(q *Question) { q.Seats = 4 },
		"answer tokens": func(q *Question) { q.MaxToken = 21 },
		"temperature":   func(q *Question) { q.TemperatureMilli = 1 },
		"top-k":         func(q *Question) { q.TopK = 5 },
		"price":         func(q *Question) { q.MaxPrice = 100 },
	} {
		t.Run(name, func(t *testing.T) {
			c, a := newFake(t)
			_, err := a.Ask(t.Context(), base)
			require.NoError(t, err)
			q := base
			change(&q)
			_, err = a.Ask(t.Context(), q)
			require.ErrorIs(t, err, ErrBadQuestion)
			require.ErrorContains(t, err, name)
			require.Equal(t, 1, c.posts)
		})
	}
}

func TestNothingIsPaidForWhatCannotBeAsked(t *testing.T) {
	for name, c := range map[string]struct {
		q     Question
		spoil func(*fakeChain)
		want  error
	}{
		"empty":                 {q: Question{}, want: ErrBadQuestion},
		"only blanks":           {q: Question{Text: " \n\t"}, want: ErrBadQuestion},
		"unknown model":         {q: Question{Text: "x", Model: "gpt"}, want: ErrBadQuestion},
		"deprecated model":      {q: Question{Text: "x"}, spoil: func(c *fakeChain) { c.model.Deprecated = true }, want: ErrBadQuestion},
		"too few seats":         {q: Question{Text: "x", Seats: 2}, want: ErrBadQuestion},
		"too many seats":        {q: Question{Text: "x", Seats: 8}, want: ErrBadQuestion},
		"input too long":        {q: Question{Text: strings.Repeat("z", 101)}, want: ErrBadQuestion},
		"answer too long":       {q: Question{Text: "x", MaxToken: 201}, want: ErrBadQuestion},
		"token out of range":    {q: Question{Tokens: []uint32{1, 512}}, want: ErrBadQuestion},
		"no tokens":             {q: Question{Tokens: []uint32{}}, want: ErrBadQuestion},
		"client_ref too long":   {q: Question{Text: "x", ClientRef: strings.Repeat("r", 65)}, want: ErrBadQuestion},
		"price nobody meets":    {q: Question{Text: "x", MaxPrice: 29}, want: ErrNotMatchable},
		"nobody offers":         {q: Question{Text: "x"}, spoil: func(c *fakeChain) { c.prices = nil }, want: ErrNotMatchable},
		"one provider too few":  {q: Question{Text: "x", Seats: 4}, want: ErrNotMatchable},
		"not enough money":      {q: Question{Text: "x"}, spoil: func(c *fakeChain) { c.balance = 98 }, want: ErrFunds},
		"prices beyond 64 bits": {q: Question{Text: "x"}, spoil: func(c *fakeChain) { c.prices = []uint64{1 << 63, 1 << 63, 1 << 63} }, want: ErrBadQuestion},
	} {
		t.Run(name, func(t *testing.T) {
			chain, a := newFake(t)
			if c.spoil != nil {
				c.spoil(chain)
			}
			if c.q.Model == "" {
				c.q.Model = "nano"
			}
			_, err := a.Ask(t.Context(), c.q)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, chain.posts)
		})
	}
}

func TestRefundIsToldWithItsMoney(t *testing.T) {
	c, a := newFake(t)
	c.status = computetypes.TASK_STATUS_REFUNDED
	got, err := a.Ask(t.Context(), Question{Text: "x", Model: "nano"})
	require.ErrorIs(t, err, ErrRefunded)
	require.Equal(t, "REFUNDED", got.Status)
	require.NotEmpty(t, got.ClientRef, "a question without a name gets one")
}

func TestTokenizerMustBeTheModels(t *testing.T) {
	c, _ := newFake(t)
	m, err := model.Open(nanoFile)
	require.NoError(t, err)
	blob := append([]byte(nil), m.TokenizerBlob()...)
	require.NoError(t, m.Close())
	dir := t.TempDir()
	bare := dir + "/bare.json"
	require.NoError(t, os.WriteFile(bare, blob, 0o600))
	_, err = Tokenizer(c.model, bare, nil)
	require.NoError(t, err, "a bare tokenizer")
	require.NoError(t, os.WriteFile(bare, append(blob, ' '), 0o600))
	_, err = Tokenizer(c.model, bare, nil)
	require.ErrorContains(t, err, "not the one of model")
	_, err = Tokenizer(c.model, dir+"/none", nil)
	require.ErrorIs(t, err, ErrBadQuestion)
	_, err = Tokenizer(c.model, "", []string{dir})
	require.ErrorContains(t, err, "--tokenizer")
	c.model.Uri = "file://" + dir + "/bare2.json"
	require.NoError(t, os.WriteFile(dir+"/bare2.json", blob, 0o600))
	_, err = Tokenizer(c.model, "", []string{dir})
	require.NoError(t, err, "found at the model's URI")
}

func TestRefNamesTheQuestion(t *testing.T) {
	terms := computetypes.TaskTerms{ModelId: []byte{1}, Seats: 3, MaxPrice: sdk.NewInt64Coin("uaic", 5)}
	base := refOf("me", terms, []uint32{1, 2}, [16]byte{})
	require.Equal(t, base, refOf("me", terms, []uint32{1, 2}, [16]byte{}))
	require.Len(t, base, 28)
	more := terms
	more.Seats = 4
	for _, other := range []string{
		refOf("you", terms, []uint32{1, 2}, [16]byte{}), refOf("me", more, []uint32{1, 2}, [16]byte{}),
		refOf("me", terms, []uint32{1}, [16]byte{}), refOf("me", terms, []uint32{1, 2}, [16]byte{1}),
	} {
		require.NotEqual(t, base, other)
	}
}

func TestParseTokens(t *testing.T) {
	ids, err := ParseTokens(" 1, 2\n3 ")
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 2, 3}, ids)
	for _, text := range []string{"", " ", "a", "-1", "4294967296"} {
		_, err := ParseTokens(text)
		require.ErrorIs(t, err, ErrBadQuestion, text)
	}
}
