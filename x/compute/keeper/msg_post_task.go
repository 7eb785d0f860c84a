package keeper

import (
	"context"
	"math/bits"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// posting is a batch on its way from the message to the store.
type posting struct {
	requesterAddr    sdk.AccAddress
	requester, payer string
	payerAddr        sdk.AccAddress
	terms            types.TaskTerms
	maxPrice         uint64 // uaic, of each task
	auditBps         uint32 // the chance of an audit, as the params and the model have it now
	posted           []types.PostedTask
	fresh            []int // indexes of the inputs that open a task
}

// PostTask escrows the price of each input and opens a task for it. An input whose client_ref the requester
// has used before is not posted again and costs nothing: its first task is returned, whatever else the
// message says. Everything is checked before any money moves, and the whole batch is one deposit.
func (m *msgServer) PostTask(ctx context.Context, msg *types.MsgPostTask) (*types.MsgPostTaskResponse, error) {
	p, err := m.newPosting(msg)
	if err != nil {
		return nil, err
	}
	params, err := m.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(params, msg.Inputs); err != nil {
		return nil, err
	}
	if err := m.findKnown(ctx, p, msg.Inputs); err != nil {
		return nil, err
	}
	if len(p.fresh) > 0 {
		if err := m.checkPost(ctx, params, p, msg.Inputs); err != nil {
			return nil, err
		}
		if err := m.open(ctx, params, p, msg.Inputs); err != nil {
			return nil, err
		}
	}
	return &types.MsgPostTaskResponse{Tasks: p.posted}, nil
}

func (k *Keeper) newPosting(msg *types.MsgPostTask) (*posting, error) {
	p := &posting{terms: msg.Terms, posted: make([]types.PostedTask, len(msg.Inputs))}
	var err error
	if p.requesterAddr, p.requester, err = k.account(msg.Requester); err != nil {
		return nil, err
	}
	p.payerAddr, p.payer, err = k.account(msg.Payer)
	return p, err
}

// checkBatch bounds the batch and its names; a name must not come twice in one batch.
func checkBatch(params types.Params, inputs []types.TaskInput) error {
	if len(inputs) == 0 || len(inputs) > int(params.MaxBatch) {
		return errorsmod.Wrapf(types.ErrBadBatch, "expected 1 to %d inputs, got %d", params.MaxBatch, len(inputs))
	}
	seen := make(map[string]bool, len(inputs))
	for i, in := range inputs {
		if in.ClientRef == "" {
			continue
		}
		if err := checkText("client_ref", in.ClientRef, 0, types.MaxRefBytes); err != nil {
			return errorsmod.Wrapf(types.ErrBadRef, "input %d: %s", i, err)
		}
		if seen[in.ClientRef] {
			return errorsmod.Wrapf(types.ErrDuplicateRef, "input %d: %q", i, in.ClientRef)
		}
		seen[in.ClientRef] = true
	}
	return nil
}

// refOf is the key of a task in refs; the zero byte keeps ids apart from names, which hold no control
// characters, and the fixed width makes every post cost the same.
func refOf(requester sdk.AccAddress, clientRef string, id uint64) refKey {
	if clientRef != "" {
		return collections.Join(requester, []byte(clientRef))
	}
	return collections.Join(requester, append([]byte{0}, sdk.Uint64ToBigEndian(id)...))
}

// findKnown answers the inputs whose client_ref is known and notes the others as fresh.
func (k *Keeper) findKnown(ctx context.Context, p *posting, inputs []types.TaskInput) error {
	known, err := k.knownRefs(ctx, p.requesterAddr, inputs)
	if err != nil {
		return err
	}
	for i, in := range inputs {
		id := uint64(0)
		if in.ClientRef != "" {
			id = known[in.ClientRef]
		}
		if id == 0 {
			p.fresh = append(p.fresh, i)
			continue
		}
		p.posted[i] = types.PostedTask{TaskId: id, Existing: true}
	}
	return nil
}

// open takes the money and stores the fresh tasks.
func (k *Keeper) open(ctx context.Context, params types.Params, p *posting, inputs []types.TaskInput) error {
	first, err := k.nextTaskID.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.nextTaskID.Set(ctx, first+uint64(len(p.fresh))); err != nil {
		return err
	}
	if over, _ := bits.Mul64(p.maxPrice, uint64(len(p.fresh))); over != 0 {
		return errorsmod.Wrapf(types.ErrAmountTooLarge, "expected %d times %d uaic within 64 bits", len(p.fresh), p.maxPrice)
	}
	deposits := make([]types.EscrowDeposit, len(p.fresh))
	ids := make([]uint64, len(p.fresh))
	for n, i := range p.fresh {
		ids[n] = first + uint64(n)
		deposits[n] = types.EscrowDeposit{TaskID: ids[n], Amount: p.maxPrice}
		p.posted[i] = types.PostedTask{TaskId: ids[n]}
	}
	if err := k.escrow.Deposit(ctx, p.payerAddr, deposits); err != nil {
		return err
	}
	c := sdk.UnwrapSDKContext(ctx)
	draw := agendaKey{Group: types.GroupWaiting, Height: task.FirstDraw(height(c)), ID: first}
	if err := k.agenda.AddRun(ctx, draw, uint64(len(p.fresh))); err != nil {
		return err
	}
	for n, i := range p.fresh {
		t := newTask(p, inputs[i], ids[n], height(c), params.OpenWindow)
		if err := k.tasks.Set(ctx, t.Id, t); err != nil {
			return err
		}
		if err := k.refs.Set(ctx, refOf(p.requesterAddr, t.ClientRef, t.Id), t.Id); err != nil {
			return err
		}
	}
	return event.Emit(c, &types.EventTasksPosted{Requester: p.requester, ModelId: p.terms.ModelId, TaskIds: ids})
}

func newTask(p *posting, in types.TaskInput, id, height, openWindow uint64) types.Task {
	return types.Task{
		Id: id, Requester: p.requester, Payer: p.payer, Terms: p.terms,
		ClientRef: in.ClientRef, Input: in.Tokens,
		Status: types.TASK_STATUS_OPEN, Role: types.SEAT_ROLE_PRIMARY, PostHeight: height,
		NextHeight: task.FirstDraw(height), ExpireHeight: task.Expire(height, openWindow),
	}
}
