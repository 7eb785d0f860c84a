package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cometbft/cometbft/crypto/tmhash"
	"github.com/cosmos/gogoproto/proto"

	sdkmath "cosmossdk.io/math"

	sdktx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/aichain/aichain/rules/payout"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Tx is a transaction that a block accepted.
type Tx struct {
	Hash      string // hex
	Height    uint64 // block
	GasUsed   uint64
	GasWanted uint64
	Fee       uint64 // uaic
	data      string // hex of the messages' responses
}

// pollIncluded is the fallback between blocks: the node files a transaction a moment after it tells the block.
const pollIncluded = 150 * time.Millisecond

// maxRaces bounds how often a sequence may be lost to another program with the same key.
const maxRaces = 50

// signed is a transaction ready to go.
type signed struct {
	bytes   []byte
	hash    string
	fee     uint64
	timeout uint64 // last height that may include it
}

// send signs, broadcasts and waits for the block, again and again while the cause passes. freeGas is the gas
// limit of a free message; 0 means simulate and pay. After an error other than the context's, nothing of the
// message will ever take effect, unless the error is a ChainError with a TxHash: then the fee was taken.
func (c *Client) send(ctx context.Context, freeGas uint64, msgs ...sdk.Msg) (Tx, error) {
	if c.cfg.Keyring == nil {
		return Tx{}, &Error{Op: "sign", Err: ErrNoKey, Next: "make the client with a keyring and a key"}
	}
	back := newBackOff()
	margin := c.cfg.GasMarginBps
	races := 0
	for try := uint(1); ; try++ {
		tx, err := c.sendOnce(ctx, freeGas, margin, msgs)
		if errors.Is(err, sdkerrors.ErrWrongSequence) && races < maxRaces {
			// Another program with the same key was first; the number it left us is known, so be quick.
			races++
			try--
			back.Reset()
		}
		if err == nil || try >= c.cfg.Tries || !c.passing(err) {
			return tx, err
		}
		if errors.Is(err, sdkerrors.ErrOutOfGas) {
			if freeGas > 0 {
				return tx, err // what is free is fixed
			}
			margin += 5_000
		}
		select {
		case <-ctx.Done():
			return Tx{}, ctx.Err()
		case <-time.After(back.NextBackOff()):
		}
	}
}

// passing says whether an error may go away by itself, and forgets what caused it.
func (c *Client) passing(err error) bool {
	switch {
	case errors.Is(err, sdkerrors.ErrWrongSequence):
		return true // corrected where it was seen
	case errors.Is(err, ErrNotIncluded):
		c.account.forget()
		return true
	case isFeeTooLow(err):
		c.price.forget()
		return true
	case errors.Is(err, ErrUnreachable), errors.Is(err, sdkerrors.ErrMempoolIsFull), errors.Is(err, sdkerrors.ErrOutOfGas),
		errors.Is(err, sdkerrors.ErrTxTimeoutHeight): // it came too late for its blocks
		return true
	}
	return betweenBlocks(err)
}

// betweenBlocks says that a node simulated while it was writing a block: it saw the escrow of a task whose id it still
// took for free, since stores are written one after the other. A transaction in a block cannot meet that.
func betweenBlocks(err error) bool {
	var refused *ChainError
	return errors.As(err, &refused) && refused.TxHash == "" && errors.Is(err, rewardtypes.ErrEscrowExists)
}

func (c *Client) sendOnce(ctx context.Context, freeGas uint64, margin uint32, msgs []sdk.Msg) (Tx, error) {
	s, err := c.submit(ctx, freeGas, margin, msgs)
	if err != nil {
		return Tx{}, err
	}
	return c.await(ctx, s)
}

// submit takes the next sequence, signs and broadcasts.
func (c *Client) submit(ctx context.Context, freeGas uint64, margin uint32, msgs []sdk.Msg) (signed, error) {
	chain, err := c.ChainID(ctx)
	if err != nil {
		return signed{}, err
	}
	height, err := c.Height(ctx)
	if err != nil {
		return signed{}, err
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	if err := c.account.load(ctx, c.node, c.addr); err != nil {
		if errors.Is(err, ErrNotFound) {
			err = &Error{Op: "look up account " + c.addr, Err: ErrNotFound, Next: nextNewAccount}
		}
		return signed{}, err
	}
	s, err := c.sign(ctx, chain, height+c.cfg.InclusionBlocks, freeGas, margin, msgs)
	if err == nil {
		err = c.broadcast(ctx, s.bytes)
	}
	switch {
	case err == nil:
		c.account.next++
	case errors.Is(err, sdkerrors.ErrWrongSequence):
		c.account.correct(err.Error())
	case errors.Is(err, ErrUnreachable) && s.bytes != nil:
		// It may have arrived all the same. The same bytes cannot be paid twice, so wait for their end.
		c.account.known = false
		return s, nil
	}
	return s, err
}

// sign builds the transaction; gas and fee are simulated unless free. The caller holds the account.
func (c *Client) sign(ctx context.Context, chain string, timeout, freeGas uint64, margin uint32, msgs []sdk.Msg) (signed, error) {
	f := sdktx.Factory{}.WithTxConfig(c.enc.tx).WithKeybase(c.cfg.Keyring).WithFromName(c.cfg.Key).
		WithChainID(chain).WithAccountNumber(c.account.number).WithSequence(c.account.next).
		WithTimeoutHeight(timeout).WithSignMode(signing.SignMode_SIGN_MODE_DIRECT).WithGas(freeGas)
	var fee uint64
	if freeGas == 0 {
		gas, price, err := c.gas(ctx, f.WithSimulateAndExecute(true), msgs)
		if err != nil {
			return signed{}, err
		}
		gas = withMargin(gas, margin)
		fee = feeFor(gas, price)
		f = f.WithGas(gas).WithFees(sdk.NewCoin(payout.Denom, sdkmath.NewIntFromUint64(fee)).String())
	}
	b, err := f.BuildUnsignedTx(msgs...)
	if err != nil {
		return signed{}, &Error{Op: "build the transaction", Err: err}
	}
	if err := sdktx.Sign(ctx, f, c.cfg.Key, b, true); err != nil {
		return signed{}, &Error{Op: "sign with key " + c.cfg.Key, Err: err}
	}
	bytes, err := c.enc.tx.TxEncoder()(b.GetTx())
	if err != nil {
		return signed{}, &Error{Op: "encode the transaction", Err: err}
	}
	return signed{bytes: bytes, hash: fmt.Sprintf("%X", hashOf(bytes)), fee: fee, timeout: timeout}, nil
}

func (c *Client) gas(ctx context.Context, f sdktx.Factory, msgs []sdk.Msg) (gas, price uint64, err error) {
	if price, err = c.price.get(ctx, c.node); err != nil {
		return 0, 0, err
	}
	bytes, err := f.BuildSimTx(msgs...)
	if err != nil {
		return 0, 0, &Error{Op: "build the transaction", Err: err}
	}
	one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
	defer cancel()
	gas, err = c.node.simulate(one, bytes)
	return gas, price, err
}

// broadcast hands the same bytes over until the node answers. That it already has them is a success.
func (c *Client) broadcast(ctx context.Context, bytes []byte) error {
	_, err := retry(ctx, 3, func() (struct{}, error) {
		one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
		defer cancel()
		return struct{}{}, c.node.broadcast(one, bytes)
	})
	if errors.Is(err, sdkerrors.ErrTxInMempoolCache) {
		return nil
	}
	return err
}

// await waits until the transaction is in a block or can never be.
func (c *Client) await(ctx context.Context, s signed) (Tx, error) {
	listen, cancel := context.WithCancel(ctx)
	defer cancel()
	blocks := c.blocks.subscribe(listen)
	tick := time.NewTicker(pollIncluded)
	defer tick.Stop()
	var height uint64
	for {
		res, err := c.lookUp(ctx, s.hash)
		switch {
		case err == nil:
			return c.outcome(s, res)
		case errors.Is(err, ErrUnreachable): // keep waiting
		case !errors.Is(err, ErrNotFound):
			return Tx{}, err
		case height > s.timeout+1:
			return Tx{}, &Error{Op: "wait for transaction " + s.hash, Err: fmt.Errorf("%w: last block for it was %d, now %d", ErrNotIncluded, s.timeout, height)}
		}
		select {
		case <-ctx.Done():
			return Tx{}, ctx.Err()
		case h, ok := <-blocks:
			if ok {
				height = h
			} else {
				blocks = nil
			}
		case <-tick.C:
		}
	}
}

func (c *Client) lookUp(ctx context.Context, hash string) (*sdk.TxResponse, error) {
	one, cancel := context.WithTimeout(ctx, c.cfg.CallTimeout)
	defer cancel()
	return c.node.included(one, hash)
}

func (c *Client) outcome(s signed, res *sdk.TxResponse) (Tx, error) {
	if res.Code != 0 {
		return Tx{}, newChainError(res.Codespace, res.Code, res.RawLog, s.hash)
	}
	return Tx{Hash: s.hash, Height: uint64(res.Height), GasUsed: uint64(res.GasUsed), GasWanted: uint64(res.GasWanted), Fee: s.fee, data: res.Data}, nil
}

// response decodes the answer to the only message of a transaction.
func (c *Client) response(tx Tx, into proto.Message) error {
	raw, err := hexBytes(tx.data)
	if err != nil {
		return &Error{Op: "read the response of " + tx.Hash, Err: err}
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(raw, &data); err != nil {
		return &Error{Op: "read the response of " + tx.Hash, Err: err}
	}
	if len(data.MsgResponses) != 1 {
		return &Error{Op: "read the response of " + tx.Hash, Err: fmt.Errorf("expected 1 answer, got %d", len(data.MsgResponses))}
	}
	if want := "/" + proto.MessageName(into); strings.TrimSpace(data.MsgResponses[0].TypeUrl) != want {
		return &Error{Op: "read the response of " + tx.Hash, Err: fmt.Errorf("expected %s, got %s", want, data.MsgResponses[0].TypeUrl)}
	}
	return proto.Unmarshal(data.MsgResponses[0].Value, into)
}

// hashOf is a transaction's name: SHA-256 of its bytes.
func hashOf(tx []byte) []byte { return tmhash.Sum(tx) }

// coin is an amount of uaic as messages carry it.
func coin(uaic uint64) sdk.Coin { return sdk.NewCoin(payout.Denom, sdkmath.NewIntFromUint64(uaic)) }
