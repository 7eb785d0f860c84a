package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/beacon"
)

const (
	// MinEpochBlocks keeps a key at least ten blocks away from the values it will speak on.
	MinEpochBlocks = 10
	// MaxEpochBlocks is about eleven days of one-second blocks: a lost key must be replaceable.
	MaxEpochBlocks = 1_000_000
	// MinHistoryBlocks covers the longest wait between the block of a draw and its last use.
	MinHistoryBlocks = 100
	// MaxHistoryBlocks bounds the state and the work of shortening the history.
	MaxHistoryBlocks = 10_000
)

// DefaultParams returns the VRF source with epochs of 600 blocks (ten minutes at one second, so a key counts ten
// to twenty minutes after its registration) and 1 000 outputs kept.
func DefaultParams() Params {
	return Params{Source: SOURCE_VRF, EpochBlocks: 600, HistoryBlocks: 1_000}
}

// Validate checks the bounds, and that the hash source is used only where the chain id allows it.
// It returns ErrInvalidParams or ErrHashSource.
func (p Params) Validate(chainID string) error {
	if err := p.validateBounds(); err != nil {
		return err
	}
	if p.Source == SOURCE_HASH && !beacon.MayUseHash(chainID) {
		return errorsmod.Wrapf(ErrHashSource, "chain id %q", chainID)
	}
	return nil
}

// validateBounds checks everything that does not depend on the chain.
func (p Params) validateBounds() error {
	if p.Source != SOURCE_VRF && p.Source != SOURCE_HASH {
		return errorsmod.Wrapf(ErrInvalidParams, "expected source %s or %s, got %d", SOURCE_VRF, SOURCE_HASH, p.Source)
	}
	if p.EpochBlocks < MinEpochBlocks || p.EpochBlocks > MaxEpochBlocks {
		return errorsmod.Wrapf(ErrInvalidParams, "expected epoch_blocks from %d to %d, got %d", MinEpochBlocks, MaxEpochBlocks, p.EpochBlocks)
	}
	if p.HistoryBlocks < MinHistoryBlocks || p.HistoryBlocks > MaxHistoryBlocks {
		return errorsmod.Wrapf(ErrInvalidParams, "expected history_blocks from %d to %d, got %d", MinHistoryBlocks, MaxHistoryBlocks, p.HistoryBlocks)
	}
	return nil
}
