package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// DefaultGenesis returns the default parameters, no keys, and a seed that InitGenesis derives from the chain id.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// IsExport says whether the genesis continues a running chain, whose keys were proved when they were registered.
func (g GenesisState) IsExport() bool { return len(g.Outputs) > 0 }

// Validate checks everything that needs neither the chain id nor addresses: bounds, lengths, order, doubles.
// InitGenesis checks the rest. It returns ErrInvalidGenesis or ErrInvalidParams.
func (g GenesisState) Validate() error {
	if err := g.Params.validateBounds(); err != nil {
		return err
	}
	if len(g.Seed) != 0 && len(g.Seed) != beacon.Size {
		return errorsmod.Wrapf(ErrInvalidGenesis, "expected a seed of %d bytes or none, got %d", beacon.Size, len(g.Seed))
	}
	if err := g.validateOutputs(); err != nil {
		return err
	}
	return g.validateKeys()
}

// validateOutputs checks that the outputs are whole and that their heights follow each other.
func (g GenesisState) validateOutputs() error {
	for i, o := range g.Outputs {
		if len(o.Value) != beacon.Size {
			return errorsmod.Wrapf(ErrInvalidGenesis, "output of height %d: expected %d bytes, got %d", o.Height, beacon.Size, len(o.Value))
		}
		if i > 0 && o.Height != g.Outputs[i-1].Height+1 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "expected the output of height %d, got %d", g.Outputs[i-1].Height+1, o.Height)
		}
	}
	if g.IsExport() && len(g.Seed) > 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "expected a seed or outputs, got both")
	}
	return nil
}

// validateKeys checks lengths and that neither a validator nor a key comes twice.
func (g GenesisState) validateKeys() error {
	if len(g.Proofs) != len(g.Keys) && (len(g.Proofs) != 0 || !g.IsExport()) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "expected %d proofs of possession, got %d", len(g.Keys), len(g.Proofs))
	}
	validators, keys := map[string]bool{}, map[string]bool{}
	for _, k := range g.Keys {
		if validators[k.Validator] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "validator %s has two keys", k.Validator)
		}
		validators[k.Validator] = true
		held := [][]byte{k.Key}
		if len(k.Previous) > 0 {
			held = append(held, k.Previous)
		}
		for _, key := range held {
			if len(key) != vrf.PublicKeySize {
				return errorsmod.Wrapf(ErrInvalidGenesis, "key of %s: expected %d bytes, got %d", k.Validator, vrf.PublicKeySize, len(key))
			}
			if keys[string(key)] {
				return errorsmod.Wrapf(ErrInvalidGenesis, "key %X comes twice", key)
			}
			keys[string(key)] = true
		}
	}
	return nil
}
