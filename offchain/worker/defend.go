package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// errIndefensible is returned when our own trace is not one of the result that we revealed, or not the one that we are
// bound to: the chain would refuse the move.
var errIndefensible = errors.New("our own run does not give what we stand for")

// built is a move ready to go; which field counts follows from its kind.
type built struct {
	opening  client.Opening
	index    uint32
	children []step.Hash
	data     []byte // a chunk, or an encoded step
	where    string // what it is about, in words; empty when it says nothing new
}

// defend builds a solver's move from its own trace. Errors: errIndefensible, and the witness's.
func defend(ctx context.Context, kind attesttypes.DisputeMoveKind, d attesttypes.Dispute, wit executor.Witness) (built, error) {
	shape, trace := wit.Shape(), wit.Trace(ctx)
	if kind == attesttypes.DISPUTE_MOVE_KIND_TRACE {
		return open(shape, trace, wit)
	}
	place := d.Place.Step()
	if len(d.Hash) != len(step.Hash{}) {
		return built{}, fmt.Errorf("%w: place without a hash", errView)
	}
	hash := step.Hash(d.Hash)
	if kind == attesttypes.DISPUTE_MOVE_KIND_CHUNK {
		data, err := step.Chunk(trace, place)
		if err != nil {
			return built{}, err
		}
		if err := shape.CheckChunk(place, hash, data); err != nil {
			return built{}, fmt.Errorf("%w: %w", errIndefensible, err)
		}
		return built{data: data}, nil
	}
	children, err := step.Children(shape, trace, place)
	if err != nil {
		return built{}, err
	}
	if err := shape.CheckChildren(place, hash, children); err != nil {
		return built{}, fmt.Errorf("%w: %w", errIndefensible, err)
	}
	return built{children: children}, nil
}

// open builds the move that binds us to our trace.
func open(shape step.Shape, trace step.Trace, wit executor.Witness) (built, error) {
	children, err := step.Children(shape, trace, shape.Top())
	if err != nil {
		return built{}, err
	}
	o := client.Opening{Root: wit.Root(), Children: children}
	o.First, o.Last = wit.Ends()
	if err := shape.CheckEnds(o.Root, o.First, o.Last); err != nil {
		return built{}, fmt.Errorf("%w: %w", errIndefensible, err)
	}
	return built{opening: o}, nil
}
