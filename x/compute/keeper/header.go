package keeper

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/x/compute/types"
)

// provenHeader checks that header is the header leaf under root and returns the model's record with what
// the chain reads from it. It is the only place that knows the canonical file format. It returns ErrBadHeader.
func provenHeader(root, header []byte, proof [][]byte) (types.Model, error) {
	if len(header) == 0 || len(header) > types.MaxHeaderBytes {
		return types.Model{}, errorsmod.Wrapf(types.ErrBadHeader, "expected a header of 1 to %d bytes, got %d", types.MaxHeaderBytes, len(header))
	}
	if len(proof) > types.MaxProofNodes {
		return types.Model{}, errorsmod.Wrapf(types.ErrBadHeader, "expected at most %d proof nodes, got %d", types.MaxProofNodes, len(proof))
	}
	path := make([][32]byte, len(proof))
	for i, n := range proof {
		if len(n) != types.RootBytes {
			return types.Model{}, errorsmod.Wrapf(types.ErrBadHeader, "expected proof nodes of %d bytes, node %d has %d", types.RootBytes, i, len(n))
		}
		path[i] = [32]byte(n)
	}
	h, err := model.VerifyHeader([32]byte(root), header, path)
	if err != nil {
		return types.Model{}, errorsmod.Wrap(types.ErrBadHeader, err.Error())
	}
	return types.Model{Id: root, Header: header, Profile: h.Profile, Vocab: h.Vocab, MaxContext: h.MaxContext}, nil
}
