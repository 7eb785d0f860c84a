package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/types"
)

// InitGenesis stores a genesis after checking all of it, possession of each key included unless the genesis
// continues a running chain. It returns ErrInvalidGenesis, ErrHashSource, ErrInvalidPossession or what
// GenesisState.Validate returns.
func (k *Keeper) InitGenesis(ctx sdk.Context, g *types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := g.Params.Validate(ctx.ChainID()); err != nil {
		return err
	}
	if err := k.params.Set(ctx, g.Params); err != nil {
		return err
	}
	if g.Skips > 0 {
		if err := k.skips.Set(ctx, g.Skips); err != nil {
			return err
		}
	}
	if err := k.initOutputs(ctx, g); err != nil {
		return err
	}
	for i, rec := range g.Keys {
		if err := k.initKey(ctx, g, i, rec); err != nil {
			return errorsmod.Wrapf(err, "validator %s", rec.Validator)
		}
	}
	return nil
}

// initOutputs stores the outputs, or R_0 under the height before the first block.
func (k *Keeper) initOutputs(ctx sdk.Context, g *types.GenesisState) error {
	before := uint64(max(ctx.BlockHeight()-1, 0)) // the context is at the initial height, or at 0 for 1
	if !g.IsExport() {
		seed := g.Seed
		if len(seed) == 0 {
			r := beacon.Genesis(ctx.ChainID())
			seed = r[:]
		}
		return k.outputs.Set(ctx, before, types.Output{Height: before, Value: seed, Skipped: true})
	}
	if last := g.Outputs[len(g.Outputs)-1].Height; last != before {
		return errorsmod.Wrapf(types.ErrInvalidGenesis, "the outputs end at height %d: expected initial_height %d, got %d", last, last+1, before+1)
	}
	for _, o := range g.Outputs {
		if err := k.outputs.Set(ctx, o.Height, o); err != nil {
			return err
		}
	}
	return nil
}

// initKey stores one key. A new chain wants its possession proved and lets it count at once.
func (k *Keeper) initKey(ctx sdk.Context, g *types.GenesisState, i int, rec types.VrfKey) error {
	operator, err := k.operators.StringToBytes(rec.Validator)
	if err != nil {
		return errorsmod.Wrap(types.ErrInvalidGenesis, err.Error())
	}
	if !g.IsExport() {
		if rec.EffectiveHeight != 0 || len(rec.Previous) != 0 {
			return errorsmod.Wrapf(types.ErrInvalidGenesis, "expected a key in force at once, got effective_height %d", rec.EffectiveHeight)
		}
		if err := checkPossession(ctx.ChainID(), operator, rec.Key, g.Proofs[i]); err != nil {
			return err
		}
	}
	if err := k.keys.Set(ctx, operator, rec); err != nil {
		return err
	}
	if len(rec.Previous) > 0 {
		if err := k.owners.Set(ctx, rec.Previous, operator); err != nil {
			return err
		}
	}
	return k.owners.Set(ctx, rec.Key, operator)
}

// ExportGenesis returns the whole state: keys in order of operator address bytes, outputs by height.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	if g.Skips, err = k.skipCount(sdk.UnwrapSDKContext(ctx)); err != nil {
		return nil, err
	}
	err = k.keys.Walk(ctx, nil, func(_ []byte, rec types.VrfKey) (bool, error) {
		g.Keys = append(g.Keys, rec)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.outputs.Walk(ctx, nil, func(_ uint64, o types.Output) (bool, error) {
		g.Outputs = append(g.Outputs, o)
		return false, nil
	})
	return g, err
}
