package keeper

import (
	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/query"
)

// Sizes of a page.
const (
	defaultPage = 100
	maxPage     = 200
)

// page gives a page request with its limit set and capped at 200. Offsets and totals, which would walk what they skip
// or count, are refused with ErrInvalidRequest: follow next_key.
func page(req *query.PageRequest) (*query.PageRequest, error) {
	out := query.PageRequest{Limit: defaultPage}
	if req == nil {
		return &out, nil
	}
	if req.CountTotal || req.Offset > 0 {
		return nil, errorsmod.Wrap(sdkerrors.ErrInvalidRequest, "expected key and limit, got offset or count_total")
	}
	out.Key, out.Reverse = req.Key, req.Reverse
	if req.Limit > 0 {
		out.Limit = min(req.Limit, maxPage)
	}
	return &out, nil
}
