package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// gasRef is for looking up one client_ref, known or not: what a read of a key as long as they can be costs (1 000 gas and
// 3 a byte). A post pays it whichever way knownRefs goes, so that it costs the same whatever else the requester has.
const gasRef storetypes.Gas = 1_000 + 3*(1+21+types.MaxRefBytes+8)

const (
	// scanRefs is how many names are worth a walk over the index instead of a read each. Opening a walk takes about as
	// long as reading four keys that are not there, each of which goes through all levels of the database (20 µs).
	scanRefs = 8
	// scanFactor bounds the walk, in keys a name; a requester that has more names between those it asks for, such as one
	// that chooses them at random, is answered by reads.
	scanFactor = 2
)

// knownRefs gives the ids of the tasks that the requester has posted under the client_refs of inputs. It is for lookups
// by name only: the order of a map is not to be used.
func (k *Keeper) knownRefs(ctx context.Context, requester sdk.AccAddress, inputs []types.TaskInput) (map[string]uint64, error) {
	names := make([]string, 0, len(inputs))
	for i := range inputs {
		if inputs[i].ClientRef != "" {
			names = append(names, inputs[i].ClientRef)
		}
	}
	c := sdk.UnwrapSDKContext(ctx)
	c.GasMeter().ConsumeGas(gasRef*storetypes.Gas(len(names)), "client_refs")
	ctx = c.WithKVGasConfig(storetypes.GasConfig{})
	if len(names) >= scanRefs {
		slices.Sort(names)
		known, isWhole, err := k.scanKnown(ctx, requester, names)
		if err != nil || isWhole {
			return known, err
		}
	}
	known := map[string]uint64{}
	for _, name := range names {
		id, err := orZero(k.refs.Get(ctx, refOf(requester, name, 0)))
		if err != nil {
			return nil, err
		}
		if id != 0 {
			known[name] = id
		}
	}
	return known, nil
}

// scanKnown walks over the requester's names from the first to the last of some, which are sorted. isWhole is false if
// there were more than scanFactor for each.
func (k *Keeper) scanKnown(ctx context.Context, requester sdk.AccAddress, names []string) (known map[string]uint64, isWhole bool, err error) {
	span := new(collections.Range[refKey]).
		StartInclusive(refOf(requester, names[0], 0)).EndInclusive(refOf(requester, names[len(names)-1], 0))
	it, err := k.refs.Iterate(ctx, span)
	if err != nil {
		return nil, false, err
	}
	defer it.Close() // a read iterator has nothing to lose
	known = map[string]uint64{}
	for left := scanFactor * len(names); it.Valid(); it.Next() {
		if left--; left < 0 {
			return nil, false, nil
		}
		entry, err := it.KeyValue()
		if err != nil {
			return nil, false, err
		}
		known[string(entry.Key.K2())] = entry.Value
	}
	return known, true, nil
}
