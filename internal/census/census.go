package census

import (
	"bytes"
	"slices"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/internal/idset"
)

// Strays names the keys that belong to no collection of their module. There should be none.
const Strays = "(no collection)"

// Whole names all keys of a store whose collections are not known, such as those of the SDK's modules.
const Whole = "(all)"

// Count is how much one collection holds.
type Count struct {
	Module     string `json:"module"`
	Collection string `json:"collection"`
	// Keys in it.
	Keys uint64 `json:"keys"`
	// KeyBytes and ValueBytes as the module wrote them, the prefix of the collection included. What the database needs
	// for the tree above them comes on top.
	KeyBytes   uint64 `json:"key_bytes"`
	ValueBytes uint64 `json:"value_bytes"`
}

// Bytes of keys and values.
func (c Count) Bytes() uint64 { return c.KeyBytes + c.ValueBytes }

func (c *Count) add(key, value int) {
	c.Keys++
	c.KeyBytes += uint64(key)
	c.ValueBytes += uint64(value)
}

// Store is what is read of a module's store.
type Store interface {
	Iterator(start, end []byte) storetypes.Iterator
}

// Module is a store and the collections in it.
type Module struct {
	Name  string
	Store Store
	// Collections by prefix; nil for a store that is counted as a whole.
	Collections []collections.Collection
}

// progressKeys is after how many keys Take tells how far it is: some milliseconds.
const progressKeys = 1 << 12

// Take counts the modules in their order, the collections of each in the order of their prefixes, those that are empty
// too, and Strays if there are any. It calls progress, unless nil, every few thousand keys with what it has of the
// collection that it is in. It panics, as all reading of stores does, if the database cannot be read.
func Take(modules []Module, progress func(Count)) []Count {
	if progress == nil {
		progress = func(Count) {}
	}
	var out []Count
	for _, m := range modules {
		out = append(out, m.take(progress)...)
	}
	return out
}

// take walks the whole store once.
func (m Module) take(progress func(Count)) []Count {
	counts, prefixes := m.empty()
	strays := Count{Module: m.Name, Collection: Strays}
	it := m.Store.Iterator(nil, nil)
	defer it.Close() // a read iterator has nothing to lose
	at := 0
	for n := 1; it.Valid(); it.Next() {
		key, size := it.Key(), len(it.Value())
		for at < len(prefixes)-1 && bytes.Compare(key, prefixes[at+1]) >= 0 {
			at++
		}
		c := &strays
		if bytes.HasPrefix(key, prefixes[at]) {
			c = &counts[at]
		}
		c.add(len(key), size)
		if n++; n%progressKeys == 0 {
			progress(*c)
		}
	}
	if strays.Keys > 0 {
		counts = append(counts, strays)
	}
	return counts
}

// empty returns the counts of an empty store, in the order of their prefixes, and the prefixes.
func (m Module) empty() (counts []Count, prefixes [][]byte) {
	if m.Collections == nil {
		return []Count{{Module: m.Name, Collection: Whole}}, [][]byte{{}}
	}
	sorted := slices.Clone(m.Collections)
	slices.SortFunc(sorted, func(a, b collections.Collection) int { return bytes.Compare(a.GetPrefix(), b.GetPrefix()) })
	for _, c := range sorted {
		counts = append(counts, Count{Module: m.Name, Collection: c.GetName()})
		prefixes = append(prefixes, c.GetPrefix())
	}
	return counts, prefixes
}

// Upto counts the keys of a collection whose rest, behind the prefix, is in [from, before), but no more than limit, so
// that a reader of a running node never walks far. A nil before is the collection's end.
func Upto(store Store, prefix, from, before []byte, limit uint64) (keys uint64) {
	return upto(store, prefix, from, before, limit, func([]byte) uint64 { return 1 })
}

// UptoIDs does as Upto for a collection that is an idset.Set, and counts its ids.
func UptoIDs(store Store, prefix, from, before []byte, limit uint64) (ids uint64) {
	return upto(store, prefix, from, before, limit, idset.Len)
}

// upto adds up what the values of keys count for.
func upto(store Store, prefix, from, before []byte, limit uint64, weigh func(value []byte) uint64) (sum uint64) {
	end := storetypes.PrefixEndBytes(prefix)
	if before != nil {
		end = append(bytes.Clone(prefix), before...)
	}
	it := store.Iterator(append(bytes.Clone(prefix), from...), end)
	defer it.Close()
	for ; it.Valid() && sum < limit; it.Next() {
		sum += weigh(it.Value())
	}
	return min(sum, limit)
}

// Sum adds up counts.
func Sum(counts []Count) Count {
	var s Count
	for _, c := range counts {
		s.Keys += c.Keys
		s.KeyBytes += c.KeyBytes
		s.ValueBytes += c.ValueBytes
	}
	return s
}
