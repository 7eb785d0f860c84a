package pool

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// evictAtOnce is how many of the cheapest go when somebody pays more: the search among all that wait is done once for so many.
const evictAtOnce = 64

// limits of the share of a transaction.
func (p *Pool) limits(w *waiting) Share {
	if w.isFree {
		return p.o.Limits.Free
	}
	return p.o.Limits.Paid
}

// hasRoom says whether a transaction fits into its share.
func (p *Pool) hasRoom(w *waiting) bool {
	s, limit := &p.shares[w.kind()], p.limits(w)
	return s.txs < limit.Txs && s.bytes+int64(len(w.bytes)) <= limit.Bytes
}

// mayWait returns ErrMempoolIsFull if a new transaction cannot wait: its signer has too many already, follows one that
// was evicted, or its share is full and nothing in it is cheaper. Free ones are never evicted, nor do they evict. Nobody is
// evicted for a transaction that has not passed its check.
func (p *Pool) mayWait(w *waiting) error {
	for _, signer := range w.signers {
		if _, isBroken := p.gaps[signer]; isBroken {
			return errorsmod.Wrap(sdkerrors.ErrMempoolIsFull, "it follows one for which there was no room")
		}
	}
	limit := p.limits(w)
	if n := p.shares[w.kind()].of[w.first()]; n >= limit.Signer {
		return errorsmod.Wrapf(sdkerrors.ErrMempoolIsFull, "expected at most %d of one signer, got %d", limit.Signer, n+1)
	}
	if p.hasRoom(w) || !w.isFree && w.price > p.floor {
		return nil
	}
	return p.full(w)
}

// full is the error for a transaction for which there is no room.
func (p *Pool) full(w *waiting) error {
	s, limit := &p.shares[w.kind()], p.limits(w)
	return errorsmod.Wrapf(sdkerrors.ErrMempoolIsFull, "expected at most %d transactions and %d bytes, got %d and %d", limit.Txs, limit.Bytes, s.txs, s.bytes)
}

// makeRoom evicts what is cheaper, if a transaction that has passed its check has no room. It returns ErrMempoolIsFull.
func (p *Pool) makeRoom(w *waiting) error {
	if p.hasRoom(w) {
		return nil
	}
	if !w.isFree {
		p.evict(w)
	}
	if !p.hasRoom(w) {
		return p.full(w)
	}
	return nil
}

// skip marks the signers of a transaction that does not wait: what they send next does not follow until the next block.
func (p *Pool) skip(w *waiting) {
	for _, s := range w.signers {
		p.gaps[s] = struct{}{}
	}
}

// evict drops the cheapest transactions that pay less than w, none that another of its signers' follows and none of w's
// signers'.
func (p *Pool) evict(w *waiting) {
	follows := map[string]struct{}{}
	for _, s := range w.signers {
		follows[s] = struct{}{}
	}
	var cheap []*waiting
	p.floor = w.price
	for _, x := range slices.Backward(p.line) {
		if x.isGone {
			continue
		}
		isFollowed := false
		for _, s := range x.signers {
			if _, is := follows[s]; is {
				isFollowed = true
			}
			follows[s] = struct{}{}
		}
		if x.isFree || x.price >= w.price {
			continue
		}
		if isFollowed {
			p.floor = min(p.floor, x.price)
		} else {
			cheap = append(cheap, x)
		}
	}
	slices.SortStableFunc(cheap, func(a, b *waiting) int { return cmp.Compare(a.price, b.price) })
	if !p.wouldFit(w, cheap) {
		p.floor = 0 // not known
		return
	}
	for i, x := range cheap {
		if i >= evictAtOnce && p.hasRoom(w) {
			p.floor = min(p.floor, x.price)
			return
		}
		p.remove(x)
		p.gone[x.key] = p.height
		p.skip(x)
	}
}

// wouldFit says whether a transaction has room once others are gone.
func (p *Pool) wouldFit(w *waiting, others []*waiting) bool {
	s, limit := &p.shares[w.kind()], p.limits(w)
	bytes := s.bytes + int64(len(w.bytes))
	for _, x := range others {
		bytes -= int64(len(x.bytes))
	}
	return s.txs-len(others) < limit.Txs && bytes <= limit.Bytes
}

// keysOf returns the keys of what was evicted, in order.
func keysOf(m map[[32]byte]int64) [][32]byte {
	return slices.SortedFunc(maps.Keys(m), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
}
