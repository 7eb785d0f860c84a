package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// watcher reads the events of every block of the last node and deals them out.
type watcher struct {
	rpc       *rpchttp.HTTP
	book      *book
	providers map[string]*provider // by address
	rounds    map[uint64]uint32    // the present round of each task
	// sealed are the tasks whose last seat committed in the last block. The next one draws whether they are audited;
	// reveals are taken after that.
	sealed, sealedBefore []uint64
}

func newWatcher(c config, b *book, q question) (*watcher, error) {
	rpc, err := rpchttp.New(c.rpc[len(c.rpc)-1], "/websocket")
	if err != nil {
		return nil, err
	}
	w := &watcher{rpc: rpc, book: b, providers: map[string]*provider{}, rounds: map[uint64]uint32{}}
	for i := range c.workers {
		p, err := newProvider(c, i, b, q)
		if err != nil {
			return nil, err
		}
		w.providers[p.client.Address()] = p
	}
	return w, nil
}

// run follows the chain from its present block until the context ends.
func (w *watcher) run(ctx context.Context) error {
	for _, p := range w.providers {
		go p.run(ctx)
	}
	status, err := w.rpc.Status(ctx)
	if err != nil {
		return err
	}
	for next := status.SyncInfo.LatestBlockHeight; ctx.Err() == nil; {
		res, err := w.rpc.BlockResults(ctx, &next)
		if err != nil { // not there yet
			time.Sleep(20 * time.Millisecond)
			continue
		}
		block, err := w.rpc.Block(ctx, &next)
		if err != nil {
			return fmt.Errorf("block %d: %w", next, err)
		}
		w.book.block(block.Block.Time, len(block.Block.Txs))
		w.sealedBefore, w.sealed = w.sealed, nil
		for _, tx := range res.TxsResults {
			w.see(tx.Events)
		}
		w.see(res.FinalizeBlockEvents)
		for _, id := range w.sealedBefore {
			for _, p := range w.providers {
				p.open(id, w.rounds[id])
			}
		}
		next++
	}
	return nil
}

// wanted are the events that are read.
var wanted = []string{
	proto.MessageName(&computetypes.EventTaskMatched{}), proto.MessageName(&computetypes.EventTaskClosed{}),
	proto.MessageName(&attesttypes.EventRevealsOpened{}), proto.MessageName(&attesttypes.EventSeatOutcome{}),
}

func (w *watcher) see(events []abci.Event) {
	for _, e := range events {
		if !slices.Contains(wanted, e.Type) {
			continue
		}
		// The block adds attributes of its own, which no message has.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool { return a.Key == "msg_index" || a.Key == "mode" })
		m, err := sdk.ParseTypedEvent(e)
		if err != nil {
			continue
		}
		switch m := m.(type) {
		case *computetypes.EventTaskMatched:
			w.rounds[m.TaskId] = m.Round
			// With a blind seat to wait for, the round is not open after all.
			w.sealedBefore = slices.DeleteFunc(w.sealedBefore, func(id uint64) bool { return id == m.TaskId })
			for _, addr := range m.Providers {
				if p := w.providers[addr]; p != nil {
					p.seat(m.TaskId, m.Round)
				}
			}
		case *attesttypes.EventRevealsOpened:
			w.sealed = append(w.sealed, m.TaskIds...)
		case *attesttypes.EventSeatOutcome:
			w.book.fault(m.Outcome.String())
		case *computetypes.EventTaskClosed:
			w.book.closed(m.TaskId, m.Status == computetypes.TASK_STATUS_SETTLED)
			delete(w.rounds, m.TaskId)
		}
	}
}
