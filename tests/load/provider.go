package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// maxItems of a message; the chain's own bound is 200.
const maxItems = 200

// seatKey is a seat of one provider.
type seatKey struct {
	task  uint64
	round uint32
}

// provider commits and reveals for its seats, in batches, several under way at once.
type provider struct {
	client   *client.Client
	book     *book
	question question
	addr     []byte

	mu        sync.Mutex
	toCommit  []seatKey
	toReveal  []seatKey
	committed map[seatKey]bool // and not yet asked to reveal
	wake      chan struct{}
}

func newProvider(c config, i int, b *book, q question) (*provider, error) {
	one, err := newClient(c, i, fmt.Sprintf("p%d", i))
	if err != nil {
		return nil, err
	}
	addr, err := client.AddressBytes(one.Address())
	return &provider{client: one, book: b, question: q, addr: addr, committed: map[seatKey]bool{}, wake: make(chan struct{}, 1)}, err
}

// seat tells of a seat to commit.
func (p *provider) seat(task uint64, round uint32) {
	p.mu.Lock()
	p.toCommit = append(p.toCommit, seatKey{task, round})
	p.committed[seatKey{task, round}] = true
	p.mu.Unlock()
	p.poke()
}

// open tells that a round takes reveals.
func (p *provider) open(task uint64, round uint32) {
	p.mu.Lock()
	k := seatKey{task, round}
	if p.committed[k] {
		delete(p.committed, k)
		p.toReveal = append(p.toReveal, k)
	}
	p.mu.Unlock()
	p.poke()
}

func (p *provider) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// take takes up to a message of a queue, reveals first: their window is the shorter.
func (p *provider) take() (keys []seatKey, isReveal bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	queue := &p.toReveal
	if isReveal = len(p.toReveal) > 0; !isReveal {
		queue = &p.toCommit
	}
	n := min(maxItems, len(*queue))
	keys, *queue = (*queue)[:n:n], (*queue)[n:]
	return keys, isReveal
}

// settleDown lets the rest of a block's events arrive before a batch is closed.
const settleDown = 30 * time.Millisecond

// inFlight is how many messages of one provider may wait for their block at once.
const inFlight = 4

func (p *provider) run(ctx context.Context) {
	free := make(chan struct{}, inFlight)
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		time.Sleep(settleDown)
		for keys, isReveal := p.take(); len(keys) > 0; keys, isReveal = p.take() {
			free <- struct{}{}
			go func() {
				defer func() { <-free }()
				if err := p.sendToLaggards(ctx, keys, isReveal); err != nil && ctx.Err() == nil {
					p.book.failed(err)
				}
			}()
		}
	}
}

// sendToLaggards sends again what a node refuses that has not run the block yet in which the round was drawn.
func (p *provider) sendToLaggards(ctx context.Context, keys []seatKey, isReveal bool) (err error) {
	for range 20 {
		if err = p.send(ctx, keys, isReveal); !errors.Is(err, attesttypes.ErrRoundNotFound) {
			return err
		}
		time.Sleep(settleDown)
	}
	return err
}

func (p *provider) send(ctx context.Context, keys []seatKey, isReveal bool) error {
	if isReveal {
		_, err := p.client.Reveal(ctx, p.reveals(keys))
		return err
	}
	_, err := p.client.Commit(ctx, p.commits(keys))
	return err
}

func (p *provider) reveals(keys []seatKey) []attesttypes.Reveal {
	reveals := make([]attesttypes.Reveal, len(keys))
	for i, k := range keys {
		salt := p.salt(k)
		reveals[i] = attesttypes.Reveal{TaskId: k.task, Round: k.round, Salt: salt[:], Output: p.question.output, Stop: 1}
	}
	return reveals
}

func (p *provider) commits(keys []seatKey) []attesttypes.Commit {
	commits := make([]attesttypes.Commit, len(keys))
	for i, k := range keys {
		c := result.Commitment(p.question.chainID, k.task, k.round, p.addr, p.question.root, p.salt(k))
		commits[i] = attesttypes.Commit{TaskId: k.task, Round: k.round, Commitment: c[:]}
	}
	return commits
}

// salt needs no secrecy here.
func (p *provider) salt(k seatKey) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%x %d %d", p.addr, k.task, k.round))
}
