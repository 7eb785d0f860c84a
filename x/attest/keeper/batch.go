package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// checkBatch accepts 1 to max items. It returns ErrEmptyBatch or ErrBatchTooLarge.
func checkBatch(items int, limit uint32) error {
	if items == 0 {
		return types.ErrEmptyBatch
	}
	if uint64(items) > uint64(limit) {
		return errorsmod.Wrapf(types.ErrBatchTooLarge, "at most %d, got %d", limit, items)
	}
	return nil
}

// taskSet notices a task that a message names twice.
type taskSet map[uint64]struct{}

// add returns ErrDuplicateTask if the task is there already.
func (s taskSet) add(taskID uint64) error {
	if _, twice := s[taskID]; twice {
		return types.ErrDuplicateTask
	}
	s[taskID] = struct{}{}
	return nil
}

// senderOf reads the provider that signed a message; ErrInvalidAddress if it is no address.
func (k *Keeper) senderOf(ctx sdk.Context, provider string) (sender, error) {
	address, err := k.addr.StringToBytes(provider)
	if err != nil {
		return sender{}, errorsmod.Wrap(types.ErrInvalidAddress, err.Error())
	}
	return sender{chainID: ctx.ChainID(), height: heightOf(ctx), name: provider, address: address}, nil
}

// at returns an element, nil if the list is shorter.
func at(rounds []types.Round, i int) *types.Round {
	if i >= len(rounds) {
		return nil
	}
	return &rounds[i]
}

// change is a round that a message is about to store, and where its deadline was.
type change struct {
	round  types.Round
	before dueKey
}

// storeAll stores the rounds of a message, all of whose items have been found good.
func (k *Keeper) storeAll(ctx context.Context, changes []change) error {
	for i := range changes {
		if err := k.moveRound(ctx, changes[i].round, changes[i].before); err != nil {
			return err
		}
	}
	return nil
}
