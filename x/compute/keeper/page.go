package keeper

import (
	"encoding/hex"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/compute/types"
)

// Sizes of a page.
const (
	defaultPage = 100
	maxPage     = 200
)

// page gives a page request with its limit set and capped at 200. Counting and offsets, which would walk
// what they skip, fail with ErrBadPage: follow next_key.
func page(req *query.PageRequest) (*query.PageRequest, error) {
	out := query.PageRequest{Limit: defaultPage}
	if req == nil {
		return &out, nil
	}
	if req.CountTotal || req.Offset > 0 {
		return nil, errorsmod.Wrap(types.ErrBadPage, "expected key and limit, got offset or count_total")
	}
	out.Key, out.Reverse = req.Key, req.Reverse
	if req.Limit > 0 {
		out.Limit = min(req.Limit, maxPage)
	}
	return &out, nil
}

// triplePrefix keeps a page within the keys that begin with k1.
func triplePrefix[K1, K2, K3 any](k1 K1) func(*query.CollectionsPaginateOptions[collections.Triple[K1, K2, K3]]) {
	return func(o *query.CollectionsPaginateOptions[collections.Triple[K1, K2, K3]]) {
		prefix := collections.TriplePrefix[K1, K2, K3](k1)
		o.Prefix = &prefix
	}
}

// modelIDFrom reads a model id given in hex, or fails with ErrBadModelID.
func modelIDFrom(s string) ([]byte, error) {
	id, err := hex.DecodeString(s)
	if err != nil || len(id) != types.RootBytes {
		return nil, errorsmod.Wrapf(types.ErrBadModelID, "expected %d hex characters, got %q", 2*types.RootBytes, s)
	}
	return id, nil
}

// itself passes a stored value on as it is.
func itself[K, V any](_ K, v V) (V, error) { return v, nil }
