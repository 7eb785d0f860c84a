package idset

import (
	"context"
	"encoding/binary"
	"errors"
	"math/bits"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// At is an id at a height of a group. Sets are in order of group, then height, then id.
type At struct {
	Group  uint16
	Height uint64
	ID     uint64
}

// wordIDs is the number of ids in a word.
const wordIDs = 64

// What changing one id costs where stores are metered: what a key of its own would, whatever its neighbours are, so that
// the first id of a word pays as much as the last. (2 000 gas a write and 30 a byte of 19; 1 000 a removal.)
const (
	AddGas    storetypes.Gas = 2_570
	RemoveGas storetypes.Gas = 1_000
)

// Set is a set of ids at heights. Its keys have a fixed width; a word without ids is not kept.
type Set struct {
	// (group, height, id / 64) → bits, the lowest for the first id of the word.
	words collections.Map[At, uint64]
}

// New declares a set in a schema.
func New(sb *collections.SchemaBuilder, prefix collections.Prefix, name string) Set {
	return Set{collections.NewMap(sb, prefix, name, wordKey{}, collections.Uint64Value)}
}

// wordOf is the key of an id's word, and its bit.
func wordOf(at At) (key At, bit uint64) {
	bit = 1 << (at.ID % wordIDs)
	at.ID /= wordIDs
	return at, bit
}

// Add adds an id; one that is there stays.
func (s Set) Add(ctx context.Context, at At) error { return s.AddRun(ctx, at, 1) }

// AddRun adds n ids in a row, from at on.
func (s Set) AddRun(ctx context.Context, at At, n uint64) error {
	ctx = unmetered(ctx, n*AddGas)
	for n > 0 {
		key, first := wordOf(at)
		in := min(n, wordIDs-at.ID%wordIDs)
		word, err := s.word(ctx, key)
		if err != nil {
			return err
		}
		if err := s.words.Set(ctx, key, word|(1<<in-1)*first); err != nil {
			return err
		}
		at.ID, n = at.ID+in, n-in
	}
	return nil
}

// Remove takes an id out; it need not be there.
func (s Set) Remove(ctx context.Context, at At) error {
	ctx = unmetered(ctx, RemoveGas)
	key, bit := wordOf(at)
	word, err := s.word(ctx, key)
	if err != nil || word&bit == 0 {
		return err
	}
	if word &^= bit; word == 0 {
		return s.words.Remove(ctx, key)
	}
	return s.words.Set(ctx, key, word)
}

// Has tells whether an id is in the set.
func (s Set) Has(ctx context.Context, at At) (bool, error) {
	key, bit := wordOf(at)
	word, err := s.word(ctx, key)
	return word&bit != 0, err
}

// Due lists up to limit ids of a group whose height has come, by height, then id.
func (s Set) Due(ctx context.Context, group uint16, height uint64, limit int) ([]At, error) {
	var due []At
	until := new(collections.Range[At]).StartInclusive(At{Group: group}).EndExclusive(At{Group: group, Height: height + 1})
	err := s.walk(ctx, until, func(at At) bool {
		if len(due) < limit {
			due = append(due, at)
		}
		return len(due) == limit
	})
	return due, err
}

// Page lists up to limit ids of a group by height, then id, from an id on, which need not be there, and gives the one
// after them, nil if there is none.
func (s Set) Page(ctx context.Context, from At, limit int) (page []At, next *At, err error) {
	word, _ := wordOf(from)
	in := new(collections.Range[At]).StartInclusive(word)
	err = s.walk(ctx, in, func(at At) bool {
		if at.Group != from.Group {
			return true
		}
		if at.Height == from.Height && at.ID < from.ID {
			return false
		}
		if len(page) == limit {
			next = &at
			return true
		}
		page = append(page, at)
		return false
	})
	return page, next, err
}

// Walk calls f for every id in order, until it returns true.
func (s Set) Walk(ctx context.Context, f func(At) bool) error { return s.walk(ctx, nil, f) }

func (s Set) walk(ctx context.Context, in collections.Ranger[At], f func(At) bool) error {
	it, err := s.words.Iterate(ctx, in)
	if err != nil {
		return err
	}
	defer it.Close() // a read iterator has nothing to lose
	for ; it.Valid(); it.Next() {
		word, err := it.KeyValue()
		if err != nil {
			return err
		}
		for left := word.Value; left != 0; left &= left - 1 {
			at := word.Key
			at.ID = at.ID*wordIDs + uint64(bits.TrailingZeros64(left))
			if f(at) {
				return nil
			}
		}
	}
	return nil
}

// Len is how many ids the stored value of a word holds, for those who count what lies in a store.
func Len(value []byte) uint64 {
	if len(value) != 8 {
		return 0
	}
	return uint64(bits.OnesCount64(binary.BigEndian.Uint64(value)))
}

// word reads a word, 0 if there is none.
func (s Set) word(ctx context.Context, key At) (uint64, error) {
	word, err := s.words.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return word, err
}

// unmetered pays gas where stores are metered, and returns the context with stores that are not.
func unmetered(ctx context.Context, gas storetypes.Gas) context.Context {
	c := sdk.UnwrapSDKContext(ctx)
	if c.KVGasConfig() == (storetypes.GasConfig{}) {
		return ctx
	}
	c.GasMeter().ConsumeGas(gas, "ids at heights")
	return c.WithKVGasConfig(storetypes.GasConfig{})
}
