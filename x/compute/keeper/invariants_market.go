package keeper

import (
	"bytes"
	"context"
	"math/bits"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/x/compute/types"
)

func (k *Keeper) offersHavePositions(ctx context.Context) error {
	standing := uint64(0)
	err := k.offers.Walk(ctx, nil, func(key offerKey, o types.Offer) (bool, error) {
		if withdrawn(o) {
			if o.UsedSlots == 0 {
				return true, broken("withdrawn offer of %s has no seats", o.Provider)
			}
			return false, nil
		}
		standing++
		at, err := k.positions.Get(ctx, collections.Join(o.ModelId, o.Position))
		if err != nil || !bytes.Equal(at, key.K1()) {
			return true, broken("offer of %s is not at position %d: %v", o.Provider, o.Position, err)
		}
		count, err := k.offerCounts.Get(ctx, o.ModelId)
		if err != nil || o.Position >= count {
			return true, broken("offer of %s is at position %d of %d: %v", o.Provider, o.Position, count, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if n, err := size(ctx, k.positions); err != nil || n != standing {
		return broken("expected %d positions, got %d: %v", standing, n, err)
	}
	counted := uint64(0)
	if err := k.offerCounts.Walk(ctx, nil, func(_ []byte, n uint64) (bool, error) { counted += n; return n == 0, nil }); err != nil {
		return err
	}
	if counted != standing {
		return broken("expected %d standing offers, models count %d", standing, counted)
	}
	return nil
}

// memory keeps a tree beside the store, to compare.
type memory map[nodeID]match.Node

func (m memory) Node(level uint32, index uint64) (match.Node, error) {
	return m[nodeID{level: level, index: index}], nil
}

func (m memory) SetNode(level uint32, index uint64, n match.Node) error {
	delete(m, nodeID{level: level, index: index})
	if n != (match.Node{}) {
		m[nodeID{level: level, index: index}] = n
	}
	return nil
}

// treesSumBonds builds each model's tree anew from its offers' bonds and compares node by node.
func (k *Keeper) treesSumBonds(ctx context.Context) error {
	nodes := uint64(0)
	err := k.offerCounts.Walk(ctx, nil, func(id []byte, count uint64) (bool, error) {
		want := memory{}
		for p := range count {
			weight, err := k.weightAt(ctx, id, p)
			if err != nil {
				return true, err
			}
			if err := match.SetWeight(want, count, p, weight); err != nil {
				return true, err
			}
		}
		nodes += uint64(len(want))
		return k.compareTree(ctx, id, count, want)
	})
	if err != nil {
		return err
	}
	if n, err := size(ctx, k.drawNodes); err != nil || n != nodes {
		return broken("expected %d draw nodes, got %d: %v", nodes, n, err)
	}
	return nil
}

func (k *Keeper) weightAt(ctx context.Context, modelID []byte, position uint64) (uint64, error) {
	addr, err := k.positions.Get(ctx, collections.Join(modelID, position))
	if err != nil {
		return 0, err
	}
	p, err := k.providers.Get(ctx, addr)
	if err != nil {
		return 0, err
	}
	return k.weight(ctx, p)
}

func (k *Keeper) compareTree(ctx context.Context, id []byte, count uint64, want memory) (bool, error) {
	for level := uint32(0); level <= match.Top(count); level++ {
		span := uint64(1) << (uint32(bits.Len(match.Fanout-1)) * (level + 1))
		for index := uint64(0); index*span < count; index++ {
			got, err := tree{ctx, k, id}.Node(level, index)
			if err != nil {
				return true, err
			}
			if expected := want[nodeID{level: level, index: index}]; got != expected {
				return true, broken("draw node %d/%d of model %x: expected %v, got %v", level, index, id, expected, got)
			}
		}
	}
	return false, nil
}

func (k *Keeper) pricesIndexOffers(ctx context.Context) error {
	standing, err := size(ctx, k.positions)
	if err != nil {
		return err
	}
	for i, set := range []collections.KeySet[priceKey]{k.inputPrices, k.outputPrices} {
		n := uint64(0)
		err := set.Walk(ctx, nil, func(key priceKey) (bool, error) {
			n++
			o, err := k.offer(ctx, key.K3(), key.K1())
			if err != nil || withdrawn(o) || key.K2() != []uint64{o.PriceInput, o.PriceOutput}[i] {
				return true, broken("price %d of %s for model %x is indexed: %v", key.K2(), key.K3(), key.K1(), err)
			}
			return false, nil
		})
		if err != nil {
			return err
		}
		if n != standing {
			return broken("expected %d prices in index %d, got %d", standing, i, n)
		}
	}
	return nil
}

func (k *Keeper) namesIndexModels(ctx context.Context) error {
	models := uint64(0)
	err := k.models.Walk(ctx, nil, func(id []byte, m types.Model) (bool, error) {
		models++
		if has, err := k.modelNames.Has(ctx, collections.Join3(m.Name, m.PublishHeight, id)); err != nil || !has {
			return true, broken("model %x is not found by its name: %v", id, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if n, err := keys(ctx, k.modelNames); err != nil || n != models {
		return broken("expected %d names of models, got %d: %v", models, n, err)
	}
	return nil
}
