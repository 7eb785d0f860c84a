package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/types"
)

// Source makes the value of a block. One per types.Source; a threshold signature would be a third.
type Source interface {
	// Next returns R_h for the block of the context, whose predecessor had the value previous, and whether the
	// proposer contributed nothing. It must not fail for anything that a proposer can cause.
	Next(ctx sdk.Context, previous []byte, said Said) (value [beacon.Size]byte, skipped bool)
}

// Said is what a block carries for the beacon.
type Said struct {
	// Proposer of the block.
	Proposer sdk.ConsAddress
	// Proof that the proposer put at index 0; empty if none.
	Proof []byte
}

// source returns the source that the parameters name. Whether it is allowed was checked when they were set.
func (k *Keeper) source(params types.Params) Source {
	if params.Source == types.SOURCE_HASH {
		return hashSource{}
	}
	return vrfSource{k}
}

// vrfSource mixes the proposer's output into the value before.
type vrfSource struct{ keeper *Keeper }

// Next checks the proof again: a block that is replayed or synchronised never went through ProcessProposal.
func (s vrfSource) Next(ctx sdk.Context, previous []byte, said Said) ([beacon.Size]byte, bool) {
	if len(said.Proof) == 0 {
		return beacon.Mix(previous, beacon.Skip()), true
	}
	output, err := s.keeper.Check(ctx, said.Proposer, uint64(ctx.BlockHeight()), said.Proof)
	if err != nil {
		return beacon.Mix(previous, beacon.Skip()), true
	}
	return beacon.Mix(previous, output), false
}

// hashSource hashes the block hash: for development and for the control of the attack tests.
type hashSource struct{}

// Next ignores the proposer, who chose the hash.
func (hashSource) Next(ctx sdk.Context, _ []byte, _ Said) ([beacon.Size]byte, bool) {
	return beacon.FromBlockHash(ctx.HeaderHash()), false
}
