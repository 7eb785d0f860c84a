package pool

import (
	"crypto/sha256"
	"math"
	"math/bits"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Share is how much of one kind may wait.
type Share struct {
	// Txs and Bytes of all together, Signer the transactions of one signer.
	Txs, Signer int
	Bytes       int64
}

// Limits of a pool.
type Limits struct{ Free, Paid Share }

// DefaultLimits let 4 000 paying transactions wait, five blocks full of transfers and fewer than the 5 000 that CometBFT's
// mempool holds unless told otherwise, so that even there a flood leaves room for the free ones. 16 MiB are relayed to a
// peer in some three seconds at CometBFT's send rate of 5 MB/s: so much later, at most, a reveal is known to its peers
// during a flood. A provider that is about to send more than 1 024 free messages puts them into batches of 200.
func DefaultLimits() Limits {
	return Limits{
		Free: Share{Txs: 16_000, Signer: 1_024, Bytes: 64 << 20},
		Paid: Share{Txs: 4_000, Signer: 1_024, Bytes: 16 << 20},
	}
}

// staleBlocks is after how many blocks a transaction is dropped that CometBFT, which rechecks all it holds after each
// block, has not asked about: it has forgotten it.
const staleBlocks = 20

// Options of New; all are needed.
type Options struct {
	Decode sdk.TxDecoder
	// IsFree says whether a transaction that has passed its check pays nothing because it is due.
	IsFree func(tx sdk.Tx) bool
	// Spends names the accounts that a transaction spends with their leave.
	Spends func(tx sdk.Tx) []string
	// ActsForOthers says whether it may spend other accounts' money as well, with or without leave.
	ActsForOthers func(tx sdk.Tx) bool
	// Denom of the fees that are compared.
	Denom  string
	Limits Limits
}

// Pool holds what waits. It may be used by several connections at once.
type Pool struct {
	o Options

	mu     sync.Mutex
	height int64
	line   []*waiting            // in order of arrival, which is each signer's order; removed ones are swept with the next block
	known  map[[32]byte]*waiting // by hash
	shares [2]share              // paid, free
	later  share                 // of what pays, what is not sure to: see isLater
	paying map[string]int        // transactions that wait by the accounts whose money they may spend
	gone   map[[32]byte]int64    // evicted and not yet dropped by CometBFT → height
	gaps   map[string]struct{}   // signers of evicted transactions: what they send next does not follow until the next block
	floor  uint64                // no paying transaction that waits is cheaper
	ran    map[[32]byte]struct{} // what is in the block that was run last
}

// share is what waits of one kind.
type share struct {
	txs   int
	bytes int64
	of    map[string]int // transactions by first signer
}

// waiting is one transaction.
type waiting struct {
	bytes   []byte
	key     [32]byte
	tx      sdk.Tx
	signers []string
	spends  []string // accounts whose money it may spend, none if it is free
	isProxy bool     // it may spend that of others too
	gas     uint64
	price   uint64 // uaic per million gas
	isFree  bool
	isLater bool      // it may turn out not to pay: see unsure.go
	expires uint64    // last height of a block that may hold it, 0 for any
	until   time.Time // the same by a block's time, zero for any
	isGone  bool
	seen    int64 // height of the last check
}

// New returns an empty pool.
func New(o Options) *Pool {
	p := &Pool{o: o, known: map[[32]byte]*waiting{}, gone: map[[32]byte]int64{}, gaps: map[string]struct{}{}, paying: map[string]int{}, floor: math.MaxUint64}
	for i := range p.shares {
		p.shares[i].of = map[string]int{}
	}
	return p
}

// kind of a transaction, an index of shares.
func (w *waiting) kind() int {
	if w.isFree {
		return 1
	}
	return 0
}

// first signer, who is counted; nobody for a transaction that does not tell.
func (w *waiting) first() string {
	if len(w.signers) == 0 {
		return ""
	}
	return w.signers[0]
}

// read makes a waiting transaction out of its bytes. It returns ErrTxDecode. The SDK's transactions panic when they are
// asked for a fee that is not there; only inside of its own check would that be caught.
func (p *Pool) read(bz []byte, key [32]byte) (w *waiting, err error) {
	defer func() {
		if r := recover(); r != nil {
			w, err = nil, errorsmod.Wrapf(sdkerrors.ErrTxDecode, "incomplete: %v", r)
		}
	}()
	tx, err := p.o.Decode(bz)
	if err != nil {
		return nil, errorsmod.Wrap(sdkerrors.ErrTxDecode, err.Error())
	}
	w = &waiting{bytes: bz, key: key, tx: tx, signers: signersOf(tx), isFree: p.o.IsFree(tx)}
	if !w.isFree {
		w.spends, w.isProxy = p.o.Spends(tx), p.o.ActsForOthers(tx)
	}
	if fee, ok := tx.(sdk.FeeTx); ok {
		w.gas = fee.GetGas()
		w.price = priceOf(fee, p.o.Denom)
	}
	if timed, ok := tx.(sdk.TxWithTimeoutHeight); ok {
		w.expires = timed.GetTimeoutHeight()
	}
	if timed, ok := tx.(sdk.TxWithTimeoutTimeStamp); ok && timed.GetTimeoutTimeStamp().Unix() > 0 {
		w.until = timed.GetTimeoutTimeStamp()
	}
	return w, nil
}

// priceOf is the fee for a million gas, rounded down.
func priceOf(tx sdk.FeeTx, denom string) uint64 {
	paid, gas := tx.GetFee().AmountOf(denom), tx.GetGas()
	switch {
	case gas == 0 || !paid.IsPositive():
		return 0
	case !paid.IsUint64():
		return math.MaxUint64
	}
	hi, lo := bits.Mul64(paid.Uint64(), 1_000_000)
	if hi >= gas {
		return math.MaxUint64
	}
	price, _ := bits.Div64(hi, lo, gas)
	return price
}

// signersOf returns the signers of a transaction as map keys, nil if it does not tell.
func signersOf(tx sdk.Tx) []string {
	signed, ok := tx.(interface{ GetSigners() ([][]byte, error) })
	if !ok {
		return nil
	}
	raw, err := signed.GetSigners()
	if err != nil {
		return nil
	}
	out := make([]string, len(raw))
	for i, s := range raw {
		out[i] = string(s)
	}
	return out
}

// CheckTx is the application's check of a transaction, new or after a block: what passes waits here. There is no room
// for it: ErrMempoolIsFull, before it is checked.
func (p *Pool) CheckTx(run sdk.RunTx, req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	key := sha256.Sum256(req.Tx)
	w, err := p.admit(req.Tx, key, req.Type == abci.CheckTxType_Recheck)
	if err != nil {
		return sdkerrors.ResponseCheckTxWithEvents(err, 0, 0, nil, false), nil
	}
	gas, result, events, err := run(req.Tx, w.tx)
	if err != nil {
		if req.Type == abci.CheckTxType_Recheck {
			p.drop(key)
		}
		return sdkerrors.ResponseCheckTxWithEvents(err, gas.GasWanted, gas.GasUsed, events, false), nil
	}
	if err := p.keep(w); err != nil {
		return sdkerrors.ResponseCheckTxWithEvents(err, gas.GasWanted, gas.GasUsed, nil, false), nil
	}
	return &abci.ResponseCheckTx{
		GasWanted: int64(gas.GasWanted), GasUsed: int64(gas.GasUsed),
		Log: result.Log, Data: result.Data, Events: sdk.MarkEventsToIndex(result.Events, nil),
	}, nil
}

// admit returns the waiting transaction of these bytes, or a new one if there is room for it. One that was evicted is
// refused once, when CometBFT asks again; if it is sent anew after that, CometBFT has forgotten it.
func (p *Pool) admit(bz []byte, key [32]byte, isRecheck bool) (*waiting, error) {
	p.mu.Lock()
	w, isKnown := p.known[key]
	_, isEvicted := p.gone[key]
	delete(p.gone, key)
	p.mu.Unlock()
	switch {
	case isKnown:
		return w, nil
	case isEvicted && isRecheck:
		return nil, errorsmod.Wrap(sdkerrors.ErrMempoolIsFull, "others pay more")
	}
	w, err := p.read(bz, key)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return w, p.mayWait(w)
}

// keep adds a transaction that has passed its check, in the place of cheaper ones if need be. It returns ErrMempoolIsFull.
// What was checked while the block with it was run, still against the state before, has nothing to wait for: CometBFT
// forgets it with that block, and would never have it checked again.
func (p *Pool) keep(w *waiting) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.seen = p.height
	_, isKnown := p.known[w.key]
	_, hasRun := p.ran[w.key]
	if isKnown || hasRun {
		return nil
	}
	if err := p.makeRoom(w); err != nil {
		p.skip(w) // the check has counted it: what its signers send next does not follow
		return err
	}
	p.line = append(p.line, w)
	p.known[w.key] = w
	s := &p.shares[w.kind()]
	s.txs, s.bytes = s.txs+1, s.bytes+int64(len(w.bytes))
	s.of[w.first()]++
	p.pay(w)
	if !w.isFree {
		p.floor = min(p.floor, w.price)
	}
	return nil
}

// drop removes a transaction, if it waits.
func (p *Pool) drop(key [32]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.known[key]; w != nil {
		p.remove(w)
	}
}

// remove takes a transaction out of everything but the line.
func (p *Pool) remove(w *waiting) {
	w.isGone = true
	delete(p.known, w.key)
	s := &p.shares[w.kind()]
	s.txs, s.bytes = s.txs-1, s.bytes-int64(len(w.bytes))
	if s.of[w.first()]--; s.of[w.first()] == 0 {
		delete(s.of, w.first())
	}
	p.unpay(w)
}

// Committed tells of a block that is being run: what is in it waits no longer.
func (p *Pool) Committed(height int64, txs [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.height = height
	p.ran = make(map[[32]byte]struct{}, len(txs))
	for _, bz := range txs {
		key := sha256.Sum256(bz)
		p.ran[key] = struct{}{}
		if w := p.known[key]; w != nil {
			p.remove(w)
		}
	}
	left := p.line[:0]
	for _, w := range p.line {
		if !w.isGone && w.seen+staleBlocks < height {
			p.remove(w)
		}
		if w.isGone {
			continue
		}
		left = append(left, w)
	}
	clear(p.line[len(left):])
	p.line = left
	p.floor = p.lowest()
	p.recount()
	clear(p.gaps)
	for _, key := range keysOf(p.gone) {
		if p.gone[key]+staleBlocks < height {
			delete(p.gone, key)
		}
	}
}

// Room is what a block offers its transactions.
type Room struct {
	// Bytes of all with their framing; Gas that they may ask for together, if IsBounded.
	Bytes     int64
	Gas       uint64
	IsBounded bool
	// Height and Time of the block. What has expired by then is left out with all that follows it: the check, whose state is
	// that of the block before, lets it pass; in the block it would fail, take the room of others and pay nothing.
	Height uint64
	Time   time.Time
}

// holds says whether a block may still hold a transaction.
func (r Room) holds(w *waiting) bool {
	isLate := w.expires > 0 && r.Height > w.expires
	return !isLate && (w.until.IsZero() || !w.until.Before(r.Time))
}

// fits says whether there is room for a transaction.
func (r Room) fits(w *waiting) bool {
	return sizeOf(w) <= r.Bytes && (!r.IsBounded || w.gas <= r.Gas)
}

// take gives it to one that fits.
func (r *Room) take(w *waiting) {
	r.Bytes -= sizeOf(w)
	if r.IsBounded {
		r.Gas -= w.gas
	}
}

// Choose returns what goes into a block, in its order: out of what waits and of what CometBFT offers beside. It changes
// nothing. What does not decode is left out.
func (p *Pool) Choose(offered [][]byte, room Room) [][]byte {
	line := p.candidates(offered)
	return choose(line, room)
}

// candidates are all that wait, then what is offered and unknown.
func (p *Pool) candidates(offered [][]byte) []*waiting {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := make([]*waiting, 0, len(p.line)+len(offered))
	for _, w := range p.line {
		if !w.isGone {
			line = append(line, w)
		}
	}
	for _, bz := range offered {
		key := sha256.Sum256(bz)
		_, isEvicted := p.gone[key]
		if p.known[key] != nil || isEvicted {
			continue
		}
		if w, err := p.read(bz, key); err == nil {
			line = append(line, w)
		}
	}
	return line
}

// sizeOf is what a transaction takes of a block's bytes.
func sizeOf(w *waiting) int64 { return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{w.bytes}) }
