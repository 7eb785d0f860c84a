package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// headerGas pays for hashing one byte of header or proof: the store's own price of reading a byte is 3, and
// SHA-256 takes less time for it than the store.
const headerGas = 3

// PublishModel records a model by the root of its file, with the header proven under that root. The first
// publisher of a root owns the record.
func (m *msgServer) PublishModel(ctx context.Context, msg *types.MsgPublishModel) (*types.MsgPublishModelResponse, error) {
	_, publisher, err := m.account(msg.Publisher)
	if err != nil {
		return nil, err
	}
	if err := checkModelText(msg); err != nil {
		return nil, err
	}
	splits, err := m.checkFee(ctx, msg.FeeBps, msg.Splits)
	if err != nil {
		return nil, err
	}
	if _, err := m.model(ctx, msg.ModelId); err == nil {
		return nil, errorsmod.Wrapf(types.ErrModelExists, "%x", msg.ModelId)
	} else if !types.ErrUnknownModel.Is(err) {
		return nil, err
	}
	if err := m.checkParents(ctx, msg); err != nil {
		return nil, err
	}
	c := sdk.UnwrapSDKContext(ctx)
	c.GasMeter().ConsumeGas(headerGas*uint64(len(msg.Header)+types.RootBytes*len(msg.HeaderProof)), "model header")
	model, err := provenHeader(msg.ModelId, msg.Header, msg.HeaderProof)
	if err != nil {
		return nil, err
	}
	model.Publisher, model.Name, model.License, model.Uri = publisher, msg.Name, msg.License, msg.Uri
	model.Parents, model.FeeBps, model.Splits = msg.Parents, msg.FeeBps, splits
	model.PublishHeight = height(c)
	if err := m.models.Set(ctx, model.Id, model); err != nil {
		return nil, err
	}
	if err := m.modelNames.Set(ctx, collections.Join3(model.Name, model.PublishHeight, model.Id)); err != nil {
		return nil, err
	}
	return &types.MsgPublishModelResponse{}, event.Emit(c,
		&types.EventModelPublished{ModelId: model.Id, Publisher: publisher, Name: model.Name})
}

func checkModelText(msg *types.MsgPublishModel) error {
	if err := checkText("name", msg.Name, 1, types.MaxModelNameBytes); err != nil {
		return err
	}
	if err := checkLicense(msg.License); err != nil {
		return err
	}
	return checkText("uri", msg.Uri, 0, types.MaxURIBytes)
}

// checkFee bounds the fee and wants its shares to be whole; it returns the shares with canonical addresses.
func (k *Keeper) checkFee(ctx context.Context, feeBps uint32, splits []types.FeeSplit) ([]types.FeeSplit, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if feeBps > params.MaxModelFeeBps {
		return nil, errorsmod.Wrapf(types.ErrFeeTooHigh, "expected at most %d bps, got %d", params.MaxModelFeeBps, feeBps)
	}
	if err := types.CheckSplits(feeBps, splits); err != nil {
		return nil, err
	}
	var out []types.FeeSplit
	for i, s := range splits {
		_, recipient, err := k.account(s.Recipient)
		if err != nil {
			return nil, err
		}
		for _, other := range out {
			if other.Recipient == recipient {
				return nil, errorsmod.Wrapf(types.ErrBadSplits, "expected each recipient once, %s is twice, at %d", recipient, i)
			}
		}
		out = append(out, types.FeeSplit{Recipient: recipient, ShareBps: s.ShareBps})
	}
	return out, nil
}

// checkParents wants published models, each once, other than the model itself.
func (k *Keeper) checkParents(ctx context.Context, msg *types.MsgPublishModel) error {
	if len(msg.Parents) > types.MaxParents {
		return errorsmod.Wrapf(types.ErrBadParents, "expected at most %d, got %d", types.MaxParents, len(msg.Parents))
	}
	seen := map[string]bool{string(msg.ModelId): true}
	for i, id := range msg.Parents {
		if len(id) != types.RootBytes {
			return errorsmod.Wrapf(types.ErrBadParents, "expected ids of %d bytes, parent %d has %d", types.RootBytes, i, len(id))
		}
		if seen[string(id)] {
			return errorsmod.Wrapf(types.ErrBadParents, "%x is the model itself or named twice", id)
		}
		seen[string(id)] = true
		if exists, err := k.models.Has(ctx, id); err != nil {
			return err
		} else if !exists {
			return errorsmod.Wrapf(types.ErrBadParents, "%x was not published", id)
		}
	}
	return nil
}
