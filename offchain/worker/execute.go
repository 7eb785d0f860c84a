package worker

import (
	"context"
	"time"

	"github.com/aichain/aichain/offchain/worker/executor"
)

// work is a job on its way to the executor.
type work struct {
	key          Key
	isInspection bool // of somebody else's result
	model        [32]byte
	job          executor.Job
}

// done is a job on its way back.
type done struct {
	key          Key
	isInspection bool
	result       executor.Result
	took         time.Duration // of its batch
}

// runExecutor takes work from the queue in batches of one model until the queue closes or ctx ends. Work of
// another model waits for the next batch, and all of it for witnesses, which have a dispute waiting for them.
func (w *Worker) runExecutor(ctx context.Context) {
	var next *work
	for ctx.Err() == nil {
		first := next
		if first == nil {
			select {
			case <-ctx.Done():
				return
			case one, ok := <-w.queue:
				if !ok {
					return
				}
				first = &one
			}
		}
		w.court.gate.pass()
		var batch []work
		batch, next = gather(*first, w.queue, w.cfg.Engine.Batch)
		results := execute(ctx, w.Executor, w.Clock, batch)
		select {
		case w.doneCh <- results:
		case <-ctx.Done():
			return
		}
	}
}

// gather adds what is waiting for the same model, without waiting itself.
func gather(first work, queue <-chan work, maxBatch int) (batch []work, next *work) {
	batch = []work{first}
	for len(batch) < maxBatch {
		select {
		case w, ok := <-queue:
			if !ok {
				return batch, nil
			}
			if w.model != first.model {
				return batch, &w
			}
			batch = append(batch, w)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

func execute(ctx context.Context, e executor.Executor, clock Clock, batch []work) []done {
	jobs := make([]executor.Job, len(batch))
	for i, w := range batch {
		jobs[i] = w.job
	}
	begin := clock.Now()
	results := e.Execute(ctx, batch[0].model, jobs)
	took := clock.Now().Sub(begin)
	out := make([]done, len(batch))
	for i, w := range batch {
		out[i] = done{key: w.key, isInspection: w.isInspection, result: results[i], took: took}
	}
	return out
}
