package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// gasPossession pays for checking one proof: 70 µs, where the SDK charges 1 000 gas for a secp256k1 signature of
// about 220 µs; rounded up because registering is rare.
const gasPossession = 1_000

// RegisterVrfKey registers a validator's first key, or one that replaces the key in force two epochs later.
func (k msgServer) RegisterVrfKey(ctx context.Context, msg *types.MsgRegisterVrfKey) (*types.MsgRegisterVrfKeyResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	operator, err := k.operators.StringToBytes(msg.Validator)
	if err != nil {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInvalidAddress, "validator %q: %s", msg.Validator, err)
	}
	// The one spelling that is stored: bech32 may also be written in capitals.
	name, err := k.operators.BytesToString(operator)
	if err != nil {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInvalidAddress, "validator %q: %s", msg.Validator, err)
	}
	if _, err := k.validators.GetValidator(ctx, operator); err != nil {
		return nil, errorsmod.Wrapf(types.ErrNotValidator, "operator %s: %s", msg.Validator, err)
	}
	sdkCtx.GasMeter().ConsumeGas(gasPossession, "vrf proof of possession")
	if err := checkPossession(sdkCtx.ChainID(), operator, msg.Key, msg.Proof); err != nil {
		return nil, err
	}

	height := uint64(sdkCtx.BlockHeight())
	old, err := k.replaceable(ctx, operator, msg.Key, height)
	if err != nil {
		return nil, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	effective, err := beacon.EffectiveHeight(height, params.EpochBlocks)
	if err != nil {
		return nil, errorsmod.Wrapf(types.ErrInvalidParams, "height %d, epoch_blocks %d: %s", height, params.EpochBlocks, err)
	}

	if len(old.Previous) > 0 { // replaced for good when the key in force began to count
		if err := k.owners.Remove(ctx, old.Previous); err != nil {
			return nil, err
		}
	}
	rec := types.VrfKey{Validator: name, Key: msg.Key, EffectiveHeight: effective, Previous: old.Key}
	if err := k.keys.Set(ctx, operator, rec); err != nil {
		return nil, err
	}
	if err := k.owners.Set(ctx, msg.Key, operator); err != nil {
		return nil, err
	}
	res := &types.MsgRegisterVrfKeyResponse{EffectiveHeight: effective}
	return res, event.Emit(sdkCtx, &types.EventVrfKeyRegistered{Validator: name, Key: msg.Key, EffectiveHeight: effective})
}

// replaceable returns the validator's record, the zero value for a first key. It returns ErrKeyTaken if anybody
// has the new key and ErrKeyPending while the last one does not count yet.
func (k *Keeper) replaceable(ctx context.Context, operator, key []byte, height uint64) (types.VrfKey, error) {
	taken, err := k.owners.Has(ctx, key)
	if err != nil {
		return types.VrfKey{}, err
	}
	if taken {
		return types.VrfKey{}, errorsmod.Wrapf(types.ErrKeyTaken, "key %X", key)
	}
	old, err := k.keys.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return types.VrfKey{}, nil
	}
	if err != nil {
		return types.VrfKey{}, err
	}
	if height < old.EffectiveHeight {
		return types.VrfKey{}, errorsmod.Wrapf(types.ErrKeyPending, "the last key counts from height %d, this is %d", old.EffectiveHeight, height)
	}
	return old, nil
}

// checkPossession returns ErrInvalidKey or ErrInvalidPossession unless the proof shows that whoever made it owns
// the key and meant this chain and this operator.
func checkPossession(chainID string, operator, key, proof []byte) error {
	if len(key) != vrf.PublicKeySize {
		return errorsmod.Wrapf(types.ErrInvalidKey, "expected %d bytes, got %d", vrf.PublicKeySize, len(key))
	}
	if len(proof) != vrf.ProofSize {
		return errorsmod.Wrapf(types.ErrInvalidPossession, "expected %d bytes, got %d", vrf.ProofSize, len(proof))
	}
	if _, ok := vrf.Verify(key, proof, beacon.Possession(chainID, operator)); !ok {
		return errorsmod.Wrapf(types.ErrInvalidPossession, "key %X on chain %q", key, chainID)
	}
	return nil
}
