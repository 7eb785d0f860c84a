package pool

// What is not sure to pay. A check takes the fee of a transaction from an account and does not run its messages; a block
// runs them, and they may leave nothing for what stands behind. So of all that may spend an account's money only the first
// is sure to pay for the room that it takes. The others compete by price for a quarter of a block (laterShare) and half of the pool;
// beyond that they give way to what is sure.
//
// What acts for others (MsgExec) spends whose money it likes, if they have allowed it, which no check asks: named accounts
// cannot count as spent, or anybody could make anybody's transactions unsure. So it stands at the end of a block, where all
// others have paid, and is not sure itself.

// pay counts a transaction that begins to wait.
func (p *Pool) pay(w *waiting) {
	w.isLater = p.wouldBeLater(w)
	for _, name := range w.spends {
		p.paying[name]++
	}
	if w.isLater {
		p.later.txs, p.later.bytes = p.later.txs+1, p.later.bytes+int64(len(w.bytes))
	}
}

// unpay counts one that waits no longer.
func (p *Pool) unpay(w *waiting) {
	for _, name := range w.spends {
		if p.paying[name]--; p.paying[name] == 0 {
			delete(p.paying, name)
		}
	}
	if w.isLater {
		p.later.txs, p.later.bytes = p.later.txs-1, p.later.bytes-int64(len(w.bytes))
	}
}

// recount finds out again what is not sure, once a block has taken the first of some accounts.
func (p *Pool) recount() {
	clear(p.paying)
	p.later = share{}
	for _, w := range p.line {
		p.pay(w)
	}
}

// wouldBeLater says whether a transaction that comes next may turn out not to pay.
func (p *Pool) wouldBeLater(w *waiting) bool {
	if w.isProxy {
		return true
	}
	for _, name := range w.spends {
		if p.paying[name] > 0 {
			return true
		}
	}
	return false
}

// laterPlaces is the part of the pool, a half, in which what is not sure to pay keeps its places by price alone.
const laterPlaces = 2

// isCrowded says whether what is not sure has more than its half of the share.
func (p *Pool) isCrowded() bool { return p.crowd(p.later) }

// crowd says whether so much that is not sure would be more.
func (p *Pool) crowd(later share) bool {
	limit := p.o.Limits.Paid
	return later.txs > limit.Txs/laterPlaces || later.bytes > limit.Bytes/laterPlaces
}

// proxiesLast moves what acts for others to the end of a block, with all that its signers sent later.
func proxiesLast(chosen []*waiting) [][]byte {
	var out, last [][]byte
	held := map[string]struct{}{}
	for _, w := range chosen {
		if !w.isProxy && !hasAny(held, w.signers) {
			out = append(out, w.bytes)
			continue
		}
		last = append(last, w.bytes)
		for _, s := range w.signers {
			held[s] = struct{}{}
		}
	}
	return append(out, last...)
}
