package receipt

import (
	"fmt"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
)

// Options of Verify; the zero value expects nothing in particular and trusts for DefaultTrustingPeriod from now.
type Options struct {
	// ChainID that the reader expects; empty for whichever the trusted header is of.
	ChainID string
	// TaskID that the reader expects; 0 for any.
	TaskID uint64
	// Final refuses an answer that can still be overturned.
	Final bool
	// TrustingPeriod is how old the trusted header may be if it is not the receipt's own; DefaultTrustingPeriod if 0.
	TrustingPeriod time.Duration
	// Now is the reader's time; the system's if zero.
	Now time.Time
}

func (o Options) withDefaults() Options {
	if o.TrustingPeriod == 0 {
		o.TrustingPeriod = DefaultTrustingPeriod
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return o
}

// Verify checks a receipt against a header that the reader trusts and returns what it proves. It uses nothing but its
// arguments. In this order it checks: that the receipt is of the expected chain and task and within its bounds; that each
// block is whole, with signatures of more than two thirds of its validators' power; that the trusted header leads to the
// receipt's; that every record is proved under the app hash of that header; and that the records mean an established
// answer. Each refusal is an *Error of one of the kinds in this package.
func (r Receipt) Verify(trust Trust, o Options) (Statement, error) {
	o = o.withDefaults()
	if r.Format != Format {
		return Statement{}, refuse(ErrMalformed, "format", Format, fmt.Sprintf("%.40q", r.Format))
	}
	if o.ChainID != "" && r.ChainID != o.ChainID {
		return Statement{}, refuse(ErrOtherChain, "the receipt", o.ChainID, fmt.Sprintf("%.60q", r.ChainID))
	}
	if o.TaskID != 0 && r.TaskID != o.TaskID {
		return Statement{}, refuse(ErrOtherTask, "the receipt", fmt.Sprint(o.TaskID), fmt.Sprint(r.TaskID))
	}
	if err := r.checkBounds(); err != nil {
		return Statement{}, err
	}
	blocks, err := r.openBlocks()
	if err != nil {
		return Statement{}, err
	}
	if err := trust.reach(blocks, o.TrustingPeriod, o.Now); err != nil {
		return Statement{}, err
	}
	records, err := r.openRecords()
	if err != nil {
		return Statement{}, err
	}
	last := blocks[len(blocks)-1]
	if err := r.prove(records.task.Terms.ModelId, last.AppHash); err != nil {
		return Statement{}, err
	}
	if err := records.check(r.TaskID); err != nil {
		return Statement{}, err
	}
	s := records.state(r)
	s.setBlock(last, trust)
	if o.Final && !s.Final {
		return Statement{}, refuse(ErrNotFinal, fmt.Sprintf("task %d", r.TaskID), "an answer that nobody can challenge any more", s.finality())
	}
	return s, nil
}

// openBlocks decodes the blocks and checks each in itself, and that they ascend to the header of the records.
func (r Receipt) openBlocks() ([]*cmttypes.LightBlock, error) {
	blocks := make([]*cmttypes.LightBlock, len(r.Blocks))
	for i, b := range r.Blocks {
		part := fmt.Sprintf("block %d of %d", i+1, len(r.Blocks))
		lb, err := b.open(part)
		if err != nil {
			return nil, err
		}
		if lb.ChainID != r.ChainID {
			return nil, refuse(ErrOtherChain, part, fmt.Sprintf("%q", r.ChainID), fmt.Sprintf("%q", lb.ChainID))
		}
		if i > 0 && lb.Height <= blocks[i-1].Height {
			return nil, refuse(ErrHeight, part, fmt.Sprintf("a height above %d", blocks[i-1].Height), fmt.Sprint(lb.Height))
		}
		blocks[i] = lb
	}
	if got := blocks[len(blocks)-1].Height; got != r.Height+1 {
		return nil, refuse(ErrHeight, "the last block", fmt.Sprintf("%d, whose header has the app hash of height %d", r.Height+1, r.Height), fmt.Sprint(got))
	}
	return blocks, nil
}
