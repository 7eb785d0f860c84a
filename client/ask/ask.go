package ask

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	sdkmath "cosmossdk.io/math"

	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/rules/task"
	computetypes "github.com/aichain/aichain/x/compute/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Chain is what asking needs of the chain; *client.Client is one.
type Chain interface {
	// Address of the requester.
	Address() string
	// FindModel by name or id.
	FindModel(ctx context.Context, nameOrID string) (computetypes.Model, error)
	// ComputeParams bounds the question.
	ComputeParams(ctx context.Context) (computetypes.Params, error)
	// Screen tells who would match.
	Screen(ctx context.Context, terms computetypes.TaskTerms, inputTokens uint32) ([]computetypes.Screened, error)
	// Balance of an account, uaic.
	Balance(ctx context.Context, addr string) (uint64, error)
	// TaskByClientRef finds the task to resume.
	TaskByClientRef(ctx context.Context, requester, ref string) (computetypes.Task, error)
	// PostTask pays.
	PostTask(ctx context.Context, terms computetypes.TaskTerms, inputs []computetypes.TaskInput) ([]computetypes.PostedTask, client.Tx, error)
	// WatchTask tells each change.
	WatchTask(ctx context.Context, id uint64) <-chan client.TaskState
	// TaskHeights tells when what happened.
	TaskHeights(ctx context.Context, task computetypes.Task) (client.Heights, error)
}

var _ Chain = (*client.Client)(nil)

// Asker asks questions of one chain for one account.
type Asker struct {
	Chain Chain
	// Tokenizer finds the tokenizer of a model; nil allows raw tokens only.
	Tokenizer func(computetypes.Model) (*token.Tokenizer, error)
	// Tell hears the progress; nil for none. It is called from Ask, in order.
	Tell func(Progress)
}

// Progress is one step of a question's life.
type Progress struct {
	Stage Stage
	// Ref names the question once it has a name: enough to resume it.
	Ref    string
	TaskID uint64 // once posted
	Text   string // the step in words
}

// Stage is a step that a user sees.
type Stage string

// The stages, in their usual order.
const (
	StageNamed     Stage = "named" // before anything is paid
	StagePosted    Stage = "posted"
	StageResumed   Stage = "resumed"
	StageMatched   Stage = "matched"
	StageCommitted Stage = "committed"
	StageRevealed  Stage = "revealed"
	StageWaiting   Stage = "waiting"  // for fresh seats after a split or a stall
	StageDisputed  Stage = "disputed" // the results differ and the referee finds out which is right
	StageSettled   Stage = "settled"
	StageRefunded  Stage = "refunded"
	// StageOverturned is seen by who comes back to a question whose answer was proved wrong after it was settled.
	StageOverturned Stage = "overturned"
)

// plan is a question made ready.
type plan struct {
	model computetypes.Model
	input []uint32
	words *token.Tokenizer // nil for raw tokens
}

// Ask posts or resumes a question and waits for its end. It returns ErrRefunded together with the answer that
// tells the refund, ErrOverturned with one that does not hold; ErrBadQuestion, ErrNotMatchable and ErrFunds mean that
// nothing was paid.
func (a *Asker) Ask(ctx context.Context, q Question) (Answer, error) {
	if len(q.ClientRef) > maxRefBytes {
		return Answer{}, bad("client_ref of %d bytes, at most %d", len(q.ClientRef), maxRefBytes)
	}
	p, err := a.prepare(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	post, err := a.post(ctx, q, p)
	if err != nil {
		return Answer{ClientRef: post.ref}, err
	}
	last, err := a.watch(ctx, post.id, post.ref)
	if err != nil {
		return Answer{TaskID: post.id, ClientRef: post.ref}, err
	}
	answer := newAnswer(last.View, p.words)
	answer.Resumed, answer.Fee = post.isResumed, post.fee
	// The task is closed; a node that cannot tell the heights must not hide the answer.
	if h, err := a.Chain.TaskHeights(ctx, last.View.Task); err == nil || h.Posted > 0 {
		answer.Heights = h
	}
	switch last.View.Task.Status {
	case computetypes.TASK_STATUS_REFUNDED:
		return answer, fmt.Errorf("%w: %s", ErrRefunded, ReasonText(last.View.Task.Reason))
	case computetypes.TASK_STATUS_OVERTURNED:
		return answer, fmt.Errorf("%w: %d uaic were given back", ErrOverturned, last.View.Money.Restored)
	}
	return answer, nil
}

func (a *Asker) prepare(ctx context.Context, q Question) (plan, error) {
	m, err := a.Chain.FindModel(ctx, q.Model)
	if errors.Is(err, client.ErrNotFound) || errors.Is(err, client.ErrBadRequest) {
		return plan{}, fmt.Errorf("%w: %w", ErrBadQuestion, err)
	}
	if err != nil {
		return plan{}, err
	}
	if q.Tokens != nil {
		return plan{model: m, input: q.Tokens}, nil
	}
	if strings.TrimSpace(q.Text) == "" {
		return plan{}, bad("the question is empty")
	}
	if a.Tokenizer == nil {
		return plan{}, bad("no tokenizer")
	}
	words, err := a.Tokenizer(m)
	if err != nil {
		return plan{}, err
	}
	return plan{model: m, input: words.Chat(q.Text), words: words}, nil
}

// posted is a question that has its task.
type posted struct {
	id        uint64
	ref       string
	fee       uint64 // uaic, 0 when resumed
	isResumed bool
}

// post finds the task of the question's client_ref, or opens one.
func (a *Asker) post(ctx context.Context, q Question, p plan) (posted, error) {
	if q.ClientRef != "" {
		found, err := a.resume(ctx, q, p, q.ClientRef)
		if !errors.Is(err, client.ErrNotFound) {
			return found, err
		}
	}
	params, err := a.Chain.ComputeParams(ctx)
	if err != nil {
		return posted{ref: q.ClientRef}, err
	}
	terms, err := a.price(ctx, q, p, params)
	if err != nil {
		return posted{ref: q.ClientRef}, err
	}
	ref := q.ClientRef
	if ref == "" {
		if ref, err = newRef(a.Chain.Address(), terms, p.input); err != nil {
			return posted{}, err
		}
	}
	a.tell(Progress{Stage: StageNamed, Ref: ref, Text: fmt.Sprintf("client_ref %s, at most %s for %s",
		ref, terms.MaxPrice, covers(terms.Seats, params.AuditBpsOf(p.model)))})
	tasks, tx, err := a.Chain.PostTask(ctx, terms, []computetypes.TaskInput{{ClientRef: ref, Tokens: p.input}})
	if err != nil {
		return posted{ref: ref}, err
	}
	if tasks[0].Existing { // somebody used the name since we looked: see that it was us
		return a.resume(ctx, q, p, ref)
	}
	a.tell(Progress{Stage: StagePosted, Ref: ref, TaskID: tasks[0].TaskId, Text: fmt.Sprintf("task %d in block %d", tasks[0].TaskId, tx.Height)})
	return posted{id: tasks[0].TaskId, ref: ref, fee: tx.Fee}, nil
}

// resume finds the task of a client_ref and checks that it is the same question.
func (a *Asker) resume(ctx context.Context, q Question, p plan, ref string) (posted, error) {
	t, err := a.Chain.TaskByClientRef(ctx, a.Chain.Address(), ref)
	if err != nil {
		return posted{ref: ref}, err
	}
	if err := q.same(t, p.model, p.input); err != nil {
		return posted{ref: ref}, err
	}
	a.tell(Progress{Stage: StageResumed, Ref: ref, TaskID: t.Id, Text: fmt.Sprintf("task %d, %s", t.Id, StatusText(t.Status))})
	return posted{id: t.Id, ref: ref, isResumed: true}, nil
}

// price completes the terms: it screens, sets a ceiling if the question has none, and sees that enough
// providers would match under it and that the account can pay it.
func (a *Asker) price(ctx context.Context, q Question, p plan, params computetypes.Params) (computetypes.TaskTerms, error) {
	terms, err := q.terms(p.model, p.input, params)
	if err != nil {
		return computetypes.TaskTerms{}, err
	}
	n := uint32(len(p.input))
	total := q.MaxPrice
	if total == 0 {
		screened, err := a.Chain.Screen(ctx, terms, n)
		if err != nil {
			return computetypes.TaskTerms{}, err
		}
		if total, err = ceiling(screened, terms.Seats, params.AuditBpsOf(p.model)); err != nil {
			return computetypes.TaskTerms{}, err
		}
	}
	terms.MaxPrice = sdk.NewCoin(payout.Denom, sdkmath.NewIntFromUint64(total))
	screened, err := a.Chain.Screen(ctx, terms, n)
	if err != nil {
		return computetypes.TaskTerms{}, err
	}
	if err := matchable(screened, terms.Seats); err != nil {
		return computetypes.TaskTerms{}, err
	}
	have, err := a.Chain.Balance(ctx, a.Chain.Address())
	if err != nil {
		return computetypes.TaskTerms{}, err
	}
	if have < total {
		return computetypes.TaskTerms{}, fmt.Errorf("%w: the task needs up to %d uaic, %s has %d", ErrFunds, total, a.Chain.Address(), have)
	}
	return terms, nil
}

// watch tells the steps until the task is closed.
func (a *Asker) watch(ctx context.Context, id uint64, ref string) (client.TaskState, error) {
	var last client.TaskState
	for s := range a.Chain.WatchTask(ctx, id) {
		if s.Err != nil {
			return s, s.Err
		}
		for _, p := range steps(last, s) {
			p.Ref, p.TaskID = ref, id
			a.tell(p)
		}
		last = s
	}
	if last.View == nil || !last.Closed() {
		return last, context.Cause(ctx)
	}
	return last, nil
}

func (a *Asker) tell(p Progress) {
	if a.Tell != nil {
		a.Tell(p)
	}
}

// Answer is the end of a question; amounts are uaic.
type Answer struct {
	TaskID     uint64         `json:"task_id"`
	ClientRef  string         `json:"client_ref"`
	ModelID    string         `json:"model_id"`
	Status     string         `json:"status"` // SETTLED, REFUNDED or OVERTURNED
	Reason     string         `json:"reason"`
	Answer     string         `json:"answer"`
	Output     []uint32       `json:"output"` // token ids
	Stop       string         `json:"stop"`   // end, length or context
	TokensIn   int            `json:"tokens_in"`
	TokensOut  int            `json:"tokens_out"`
	Escrowed   uint64         `json:"escrowed"`
	Paid       uint64         `json:"paid"` // the four that follow
	ToSeats    uint64         `json:"paid_seats"`
	ToModel    uint64         `json:"paid_model"`
	ToVals     uint64         `json:"paid_validators"`
	Burned     uint64         `json:"burned"`
	Refunded   uint64         `json:"refunded"`
	Restored   uint64         `json:"restored"`  // out of slashes, when OVERTURNED
	Fee        uint64         `json:"fee"`       // of the posting transaction; 0 when resumed
	Providers  []string       `json:"providers"` // whose seats were right, in order of round and seat
	ResultRoot string         `json:"result_root"`
	Heights    client.Heights `json:"heights"`
	Resumed    bool           `json:"resumed"`
	// ChallengeUntil is the last block in which anybody may still prove a settled answer wrong; 0 for none.
	ChallengeUntil uint64 `json:"challenge_until"`
}

func newAnswer(v *computetypes.QueryTaskResponse, words *token.Tokenizer) Answer {
	out := Answer{
		TaskID: v.Task.Id, ClientRef: v.Task.ClientRef, ModelID: hex.EncodeToString(v.Task.Terms.ModelId),
		Status: StatusText(v.Task.Status), Reason: ReasonText(v.Task.Reason), Output: v.Progress.Output, Stop: stopText(v.Progress.Stop),
		TokensIn: len(v.Task.Input), TokensOut: len(v.Progress.Output), Providers: []string{},
		Escrowed: v.Money.Escrowed, Refunded: v.Money.Refunded, ToSeats: v.Money.PaidSeats, ToModel: v.Money.PaidModel,
		ToVals: v.Money.PaidValidators, Burned: v.Money.Burned, Restored: v.Money.Restored,
		Paid:       v.Money.PaidSeats + v.Money.PaidModel + v.Money.PaidValidators + v.Money.Burned,
		ResultRoot: hex.EncodeToString(v.Task.ResultRoot),
	}
	if out.Output == nil {
		out.Output = []uint32{}
	}
	if v.Task.Status == computetypes.TASK_STATUS_SETTLED && v.Task.Snapshot.Refereed {
		out.ChallengeUntil = task.ChallengeUntil(v.Task.CloseHeight, v.Task.Snapshot.ChallengeWindow)
	}
	if words != nil {
		out.Answer = words.Decode(v.Progress.Output)
	}
	for _, s := range v.Progress.Seats {
		if s.Outcome == computetypes.REASON_SEAT_RIGHT {
			out.Providers = append(out.Providers, s.Provider)
		}
	}
	return out
}

func stopText(stop uint32) string {
	switch stop {
	case 1:
		return "end"
	case 2:
		return "length"
	case 3:
		return "context"
	}
	return ""
}
