package pool

import (
	"bytes"
	"cmp"
	"maps"
	"math"
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
// was evicted, or its share is full and nothing in it is cheaper. Free ones do not evict. Nobody is
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
	if p.hasRoom(w) || !w.isFree && (w.price > p.floor || p.isCrowded() && !p.wouldBeLater(w)) {
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

// evict drops the cheapest transactions that pay less than w, none that another which stays follows and none of w's
// signers', and what is free only where it is stuck behind them. What counts is what a transaction is worth to a block: no more than any that it has to stand behind. Else cheap
// ones could neither be evicted nor outbid with a dear one behind them, which is never paid.
func (p *Pool) evict(w *waiting) {
	worth, stuck, last := p.worths()
	w.isLater = p.wouldBeLater(w)
	bid := p.behind(last, w)
	follows := map[string]struct{}{}
	for _, s := range w.signers {
		follows[s] = struct{}{}
	}
	var cheap []*waiting // what follows another comes before it, and is worth no more
	for _, x := range slices.Backward(p.line) {
		if x.isGone {
			continue
		}
		isCheap := worth[x].compare(bid) < 0 && (!x.isFree || stuck[x])
		if isCheap && !hasAny(follows, x.signers) {
			cheap = append(cheap, x)
			continue
		}
		for _, s := range x.signers {
			follows[s] = struct{}{}
		}
	}
	slices.SortStableFunc(cheap, func(a, b *waiting) int { return worth[a].compare(worth[b]) })
	cheap = p.evictable(cheap, worth, bid.price)
	if !p.wouldFit(w, cheap) {
		p.floor = 0 // not known
		return
	}
	for i, x := range cheap {
		if i >= evictAtOnce && p.hasRoom(w) {
			break
		}
		p.remove(x)
		p.gone[x.key] = p.height
		p.skip(x)
	}
	p.floor = p.lowest()
}

// evictable leaves out, of what is worth less than a bid, in order of worth, the dear ones within the half that is theirs: what pays no
// less than the bid goes only because its kind has more. Nothing before such a one is left in: it pays no less.
func (p *Pool) evictable(cheap []*waiting, worth map[*waiting]worth, bid uint64) []*waiting {
	later := p.later
	return slices.DeleteFunc(cheap, func(x *waiting) bool {
		if worth[x].price >= bid && !p.crowd(later) {
			return true
		}
		if x.isLater {
			later.txs, later.bytes = later.txs-1, later.bytes-int64(len(x.bytes))
		}
		return false
	})
}

// lowest is the lowest price of what waits and pays.
func (p *Pool) lowest() uint64 {
	lowest := uint64(math.MaxUint64)
	for _, x := range p.line {
		if !x.isGone && !x.isFree {
			lowest = min(lowest, x.price)
		}
	}
	return lowest
}

// worth is what a transaction is worth to a block.
type worth struct {
	isSure bool // it does not stand behind the half of the share that what is not sure to pay may fill
	price  uint64
}

// compare is negative if a is worth less.
func (a worth) compare(b worth) int {
	if a.isSure != b.isSure {
		if b.isSure {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.price, b.price)
}

// worths tells the worth of all that wait: the least among a transaction and the paying ones it stands behind; which
// free ones are stuck, behind more that pays than they take along, so that they do not keep those in the pool either; and
// the worth of each signer's last.
func (p *Pool) worths() (worths map[*waiting]worth, stuck map[*waiting]bool, last map[string]worth) {
	worths, stuck, last = make(map[*waiting]worth, len(p.line)), map[*waiting]bool{}, map[string]worth{}
	ahead := map[string]lead{}
	for _, x := range p.line {
		if x.isGone {
			continue
		}
		worths[x] = p.behind(last, x)
		paid := leadOf(ahead, x)
		stuck[x] = x.isFree && paid.isTooMuch()
		for _, s := range x.signers {
			last[s], ahead[s] = worths[x], paid
		}
	}
	return worths, stuck, last
}

// lead is how much that pays a free message that comes next would have to take along, counted as for a block.
type lead struct {
	txs int
	gas uint64
}

// isTooMuch says whether a block would not let it.
func (l lead) isTooMuch() bool { return l.txs > leadingTxs || l.gas > leadingGas }

// leadOf is the lead with a transaction that comes after those of its signers.
func leadOf(ahead map[string]lead, x *waiting) (l lead) {
	lines := 0
	for _, s := range x.signers {
		if before, has := ahead[s]; has {
			l, lines = before, lines+1
		}
	}
	if lines > 1 {
		l.txs = leadingTxs + 1
	}
	if !x.isFree {
		l.txs, l.gas = l.txs+1, l.gas+min(x.gas, leadingGas+1)
	}
	return l
}

// behind is the worth of a transaction that comes next, after the last of its signers.
func (p *Pool) behind(last map[string]worth, w *waiting) worth {
	least := worth{isSure: !w.isLater || !p.isCrowded(), price: w.price}
	if w.isFree {
		least.price = math.MaxUint64
	}
	for _, s := range w.signers {
		if before, has := last[s]; has {
			least.isSure = least.isSure && before.isSure
			least.price = min(least.price, before.price)
		}
	}
	return least
}

// hasAny says whether a set has one of some names.
func hasAny(set map[string]struct{}, names []string) bool {
	for _, name := range names {
		if _, has := set[name]; has {
			return true
		}
	}
	return false
}

// wouldFit says whether a transaction has room once others are gone.
func (p *Pool) wouldFit(w *waiting, others []*waiting) bool {
	s, limit := &p.shares[w.kind()], p.limits(w)
	txs, bytes := s.txs, s.bytes+int64(len(w.bytes))
	for _, x := range others {
		if x.kind() == w.kind() {
			txs, bytes = txs-1, bytes-int64(len(x.bytes))
		}
	}
	return txs < limit.Txs && bytes <= limit.Bytes
}

// keysOf returns the keys of what was evicted, in order.
func keysOf(m map[[32]byte]int64) [][32]byte {
	return slices.SortedFunc(maps.Keys(m), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
}
