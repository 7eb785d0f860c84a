package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// Turn is what a proposer needs to speak in a block.
type Turn struct {
	// Key is the public key in force, 32 bytes.
	Key []byte
	// Input is what the proof is over.
	Input []byte
}

// Turn returns the key and the input with which a proposer may speak in the block of height. The context is the
// state after the block before. It returns ErrNoKeyInForce if the proposer has no key, its key does not count
// yet, or the source is not the VRF.
func (k *Keeper) Turn(ctx sdk.Context, proposer sdk.ConsAddress, height uint64) (Turn, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return Turn{}, err
	}
	if params.Source != types.SOURCE_VRF {
		return Turn{}, errorsmod.Wrapf(types.ErrNoKeyInForce, "the source is %s", params.Source)
	}
	key, err := k.keyInForce(ctx, proposer, height)
	if err != nil {
		return Turn{}, err
	}
	previous, err := k.At(ctx, height-1)
	if err != nil {
		return Turn{}, err
	}
	return Turn{Key: key, Input: beacon.Alpha(ctx.ChainID(), previous, height)}, nil
}

// Check returns the proposer's output β_h, 64 bytes, if proof holds for its key in force at height on this chain.
// It returns ErrNoKeyInForce or ErrInvalidProof otherwise.
func (k *Keeper) Check(ctx sdk.Context, proposer sdk.ConsAddress, height uint64, proof []byte) ([]byte, error) {
	turn, err := k.Turn(ctx, proposer, height)
	if err != nil {
		return nil, err
	}
	output, ok := vrf.Verify(turn.Key, proof, turn.Input)
	if !ok {
		return nil, errorsmod.Wrapf(types.ErrInvalidProof, "height %d, key %X", height, turn.Key)
	}
	return output, nil
}

// keyInForce finds the operator behind a proposer and the key that counts at height.
func (k *Keeper) keyInForce(ctx context.Context, proposer sdk.ConsAddress, height uint64) ([]byte, error) {
	validator, err := k.validators.GetValidatorByConsAddr(ctx, proposer)
	if err != nil { // a validator that was just removed may still propose
		return nil, errorsmod.Wrapf(types.ErrNoKeyInForce, "proposer %s: %s", proposer, err)
	}
	operator, err := k.operators.StringToBytes(validator.GetOperator())
	if err != nil {
		return nil, err
	}
	rec, err := k.keys.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(types.ErrNoKeyInForce, "validator %s", validator.GetOperator())
	}
	if err != nil {
		return nil, err
	}
	key := inForce(rec, height)
	if len(key) == 0 {
		return nil, errorsmod.Wrapf(types.ErrNoKeyInForce, "validator %s: its key counts from height %d", validator.GetOperator(), rec.EffectiveHeight)
	}
	return key, nil
}

// inForce returns the key of a record that counts at height; empty if none does.
func inForce(rec types.VrfKey, height uint64) []byte {
	if height >= rec.EffectiveHeight {
		return rec.Key
	}
	return rec.Previous
}
