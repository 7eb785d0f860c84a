package pool

import "container/heap"

// The order of a block. A transaction stands behind those of its signers that came before it; among those that may come
// next, the rank decides, then the price, then how much gas of the block the signer already has in that rank, then
// arrival. Gas and not number: who sends a few large messages is treated like who sends many small ones.

// rank says which come before all others.
type rank uint8

const (
	rankDue     rank = iota // free, and due
	rankLeading             // one behind which a free message of the same signer waits
	rankPaid
	rankLater // one that may turn out not to pay, beyond laterShare
)

// laterShare is the part, a quarter, of what is due leaves of a block that may go by price alone to what is not sure to pay:
// another transaction before it in the block may spend what it would pay with, so it may fail and leave its room unused and
// unpaid. The rest is for what is sure, whatever it pays, or else whoever owns enough could keep everybody out of blocks for
// the price of one transfer in each: empty the account with the first, and ask for the rest of the block behind it. Not a
// half: the largest that may wait asks for half of a block, and would neither fit beside that nor give way to others.
const laterShare = 4

// A free message that waits behind its signer's own paying transactions takes those along, if they are few: a worker
// that claims its earnings during a flood must not be late with its reveal. The limits keep it from being a way past the
// price: for each message that it has to send, a seat's holder gets at most so much of a block.
const (
	leadingTxs = 4
	leadingGas = 2_000_000
)

// node is a transaction in the order of a block.
type node struct {
	*waiting

	arrival  int
	rank     rank
	had      uint64 // gas that its first signer had in the block within this rank, when it became the next
	waits    int    // transactions before it that are not chosen
	before   *node  // the one before it, if its signers have one
	followed []*node
	paidTxs  int    // paying ones among those before it; more than leadingTxs if it stands behind several lines
	paidGas  uint64 // of those, at most leadingGas + 1
	isLed    bool   // it and all before it are free or leading
}

// choose picks and orders the transactions of a block.
func choose(line []*waiting, room Room) [][]byte {
	ready := link(line)
	var had [rankLater + 1]map[string]uint64
	for i := range had {
		had[i] = map[string]uint64{}
	}
	unsure := spending{spent: map[string]struct{}{}}
	var out []*waiting
	for len(ready) > 0 {
		n := heap.Pop(&ready).(*node)
		if n.rank == rankPaid {
			unsure.open(room)
		}
		if n.rank == rankPaid && !unsure.mayPrecede(n.waiting) {
			n.rank, n.had = rankLater, had[rankLater][n.first()]
			heap.Push(&ready, n)
			continue
		}
		if !room.fits(n.waiting) || !room.holds(n.waiting) {
			continue // and all that follow it
		}
		out = append(out, n.waiting)
		room.take(n.waiting)
		unsure.add(n)
		had[n.rank][n.first()] += n.gas
		for _, f := range n.followed {
			if f.waits--; f.waits == 0 {
				f.had = had[f.rank][f.first()]
				heap.Push(&ready, f)
			}
		}
	}
	return proxiesLast(out)
}

// spending is whose money the chosen transactions may spend, and the room left for what would pay with the same.
type spending struct {
	spent  map[string]struct{}
	room   Room
	isOpen bool
}

// open shares, once, what is left of a block when nothing due stands in front any more.
func (s *spending) open(left Room) {
	if !s.isOpen {
		s.isOpen, s.room = true, Room{Bytes: left.Bytes / laterShare, Gas: left.Gas / laterShare, IsBounded: left.IsBounded}
	}
}

// isSure says whether a transaction would pay if it came next.
func (s *spending) isSure(w *waiting) bool { return !w.isProxy && !hasAny(s.spent, w.spends) }

// mayPrecede says whether a paying transaction may go by its price before others that are sure to pay.
func (s *spending) mayPrecede(w *waiting) bool { return s.isSure(w) || s.room.fits(w) }

// add notes a chosen one.
func (s *spending) add(n *node) {
	if n.rank == rankPaid && !s.isSure(n.waiting) {
		s.room.take(n.waiting)
	}
	for _, name := range n.spends {
		s.spent[name] = struct{}{}
	}
}

// link finds what stands behind what, and returns those that may come first.
func link(line []*waiting) queue {
	nodes := make([]node, len(line))
	last := make(map[string]*node, len(line))
	for i, w := range line {
		n := &nodes[i]
		n.waiting, n.arrival, n.rank = w, i, rankPaid
		for _, s := range w.signers {
			if b := last[s]; b != nil && b != n {
				b.followed = append(b.followed, n)
				n.before = b
				n.waits++
			}
			last[s] = n
		}
		n.count()
		if w.isFree {
			n.rank = rankDue
			n.lead()
		}
	}
	ready := make(queue, 0, len(line))
	for i := range nodes {
		if nodes[i].waits == 0 {
			ready = append(ready, &nodes[i])
		}
	}
	heap.Init(&ready)
	return ready
}

// count counts the paying transactions before one.
func (n *node) count() {
	b := n.before
	switch {
	case n.waits > 1:
		n.paidTxs = leadingTxs + 1
	case b != nil && b.isFree:
		n.paidTxs, n.paidGas = b.paidTxs, b.paidGas
	case b != nil:
		n.paidTxs = b.paidTxs + 1
		n.paidGas = b.paidGas + min(b.gas, leadingGas+1)
		n.paidGas = min(n.paidGas, leadingGas+1)
	}
}

// lead lets the transactions before a free message go in front of others that pay, if all of them may.
func (n *node) lead() {
	if n.paidTxs > leadingTxs || n.paidGas > leadingGas {
		return
	}
	for b := n; b != nil && !b.isLed; b = b.before {
		b.isLed = true
		if b.rank == rankPaid {
			b.rank = rankLeading
		}
	}
}

// queue is a heap of what may come next.
type queue []*node

// Len is how many there are.
func (q queue) Len() int { return len(q) }

// Less is the order of a block.
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.rank != b.rank:
		return a.rank < b.rank
	case a.rank >= rankPaid && a.price != b.price:
		return a.price > b.price
	case a.had != b.had:
		return a.had < b.had
	}
	return a.arrival < b.arrival
}

// Swap exchanges two.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds a *node.
func (q *queue) Push(x any) { *q = append(*q, x.(*node)) }

// Pop removes the last.
func (q *queue) Pop() any {
	old := *q
	n := old[len(old)-1]
	*q = old[:len(old)-1]
	return n
}
