package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/x/compute/types"
)

// withdrawn says that an offer waits only for its open seats to end.
func withdrawn(o types.Offer) bool { return o.Slots == 0 }

// freeSlots of an offer; 0 when the provider offered fewer slots than are in use.
func freeSlots(o types.Offer) uint32 {
	if o.UsedSlots >= o.Slots {
		return 0
	}
	return o.Slots - o.UsedSlots
}

// tree is a model's draw tree as the rules see it.
type tree struct {
	ctx     context.Context
	k       *Keeper
	modelID []byte
}

// Node implements match.Nodes.
func (t tree) Node(level uint32, index uint64) (match.Node, error) {
	n, err := t.k.drawNodes.Get(t.ctx, collections.Join3(t.modelID, level, index))
	if errors.Is(err, collections.ErrNotFound) {
		return match.Node{}, nil
	}
	var out match.Node
	copy(out[:], n.Sums)
	return out, err
}

// SetNode implements match.Nodes.
func (t tree) SetNode(level uint32, index uint64, n match.Node) error {
	key := collections.Join3(t.modelID, level, index)
	if n == (match.Node{}) {
		return t.k.drawNodes.Remove(t.ctx, key)
	}
	return t.k.drawNodes.Set(t.ctx, key, types.DrawNode{Sums: n[:]})
}

// weight is what an offer weighs in the draw: the provider's whole bond, or nothing while it drains.
func (k *Keeper) weight(ctx context.Context, p types.Provider) (uint64, error) {
	if p.Status != types.PROVIDER_STATUS_ACTIVE {
		return 0, nil
	}
	bonded, _, err := k.bonds.BondOf(ctx, p.Address)
	return bonded, err
}

// place gives a standing offer the next position of its model's draw tree, weighs it and indexes its prices.
// The offer, with its position, is stored.
func (k *Keeper) place(ctx context.Context, provider sdk.AccAddress, o types.Offer, weight uint64) error {
	count, err := orZero(k.offerCounts.Get(ctx, o.ModelId))
	if err != nil {
		return err
	}
	t := tree{ctx, k, o.ModelId}
	if err := match.Grow(t, count); err != nil {
		return err
	}
	o.Position = count
	if err := k.offerCounts.Set(ctx, o.ModelId, count+1); err != nil {
		return err
	}
	if err := k.positions.Set(ctx, collections.Join(o.ModelId, o.Position), provider); err != nil {
		return err
	}
	if err := match.SetWeight(t, count+1, o.Position, weight); err != nil {
		return err
	}
	if err := k.indexPrices(ctx, provider, o); err != nil {
		return err
	}
	return k.offers.Set(ctx, collections.Join(provider, o.ModelId), o)
}

// displace takes a standing offer out of the draw tree, whose last offer moves into the gap, and out of the
// price indexes. The offer's record is left to the caller.
func (k *Keeper) displace(ctx context.Context, provider sdk.AccAddress, o types.Offer) error {
	count, err := k.offerCounts.Get(ctx, o.ModelId)
	if err != nil {
		return err
	}
	last, t := count-1, tree{ctx, k, o.ModelId}
	if o.Position != last {
		if err := k.moveLast(ctx, t, count, o.Position); err != nil {
			return err
		}
	}
	if err := match.SetWeight(t, count, last, 0); err != nil {
		return err
	}
	if err := match.Shrink(t, count); err != nil {
		return err
	}
	if err := k.positions.Remove(ctx, collections.Join(o.ModelId, last)); err != nil {
		return err
	}
	if err := k.unindexPrices(ctx, provider, o); err != nil {
		return err
	}
	if last == 0 {
		return k.offerCounts.Remove(ctx, o.ModelId)
	}
	return k.offerCounts.Set(ctx, o.ModelId, last)
}

// moveLast gives the last of count offers of a tree the position of one that leaves.
func (k *Keeper) moveLast(ctx context.Context, t tree, count, position uint64) error {
	last := count - 1
	leaf, err := t.Node(0, last/match.Fanout)
	if err != nil {
		return err
	}
	if err := match.SetWeight(t, count, position, leaf[last%match.Fanout]); err != nil {
		return err
	}
	mover, err := k.positions.Get(ctx, collections.Join(t.modelID, last))
	if err != nil {
		return err
	}
	if err := k.positions.Set(ctx, collections.Join(t.modelID, position), mover); err != nil {
		return err
	}
	moved, err := k.offer(ctx, mover, t.modelID)
	if err != nil {
		return err
	}
	moved.Position = position
	return k.offers.Set(ctx, collections.Join(sdk.AccAddress(mover), t.modelID), moved)
}

// reweigh gives all standing offers of a provider a new weight.
func (k *Keeper) reweigh(ctx context.Context, provider sdk.AccAddress, weight uint64) error {
	offers, err := k.offersOf(ctx, provider)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if withdrawn(o) {
			continue
		}
		count, err := k.offerCounts.Get(ctx, o.ModelId)
		if err != nil {
			return err
		}
		if err := match.SetWeight(tree{ctx, k, o.ModelId}, count, o.Position, weight); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) indexPrices(ctx context.Context, provider sdk.AccAddress, o types.Offer) error {
	if err := k.inputPrices.Set(ctx, collections.Join3(o.ModelId, o.PriceInput, provider)); err != nil {
		return err
	}
	return k.outputPrices.Set(ctx, collections.Join3(o.ModelId, o.PriceOutput, provider))
}

func (k *Keeper) unindexPrices(ctx context.Context, provider sdk.AccAddress, o types.Offer) error {
	if err := k.inputPrices.Remove(ctx, collections.Join3(o.ModelId, o.PriceInput, provider)); err != nil {
		return err
	}
	return k.outputPrices.Remove(ctx, collections.Join3(o.ModelId, o.PriceOutput, provider))
}

// cheapest is the lowest price of a model in an index; 0 if there is none.
func cheapest(ctx context.Context, prices collections.KeySet[priceKey], modelID []byte) (price uint64, err error) {
	it, err := prices.Iterate(ctx, collections.NewPrefixedTripleRange[[]byte, uint64, sdk.AccAddress](modelID))
	if err != nil {
		return 0, err
	}
	defer it.Close()
	if !it.Valid() {
		return 0, nil
	}
	key, err := it.Key()
	if err != nil {
		return 0, err
	}
	return key.K2(), nil
}
