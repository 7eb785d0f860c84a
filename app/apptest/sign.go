package apptest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/aichain/aichain/rules/payout"
)

// Fee is the least fee for a gas limit at the default price of 1 uaic per 1 000 gas.
func Fee(gas uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, int64((gas+999)/1_000)))
}

// Sign makes a signed transaction and advances the account's sequence.
func (c *Chain) Sign(tb testing.TB, acc *Account, gas uint64, fee sdk.Coins, msgs ...sdk.Msg) []byte {
	tb.Helper()
	bz, err := SignTx(c.App.TxConfig(), c.options.ChainID, acc, gas, fee, msgs...)
	require.NoError(tb, err)
	acc.Seq++
	return bz
}

// SignFree makes a transaction of seat messages without a fee, with as much gas as it may ask for.
func (c *Chain) SignFree(tb testing.TB, acc *Account, msgs ...sdk.Msg) []byte {
	tb.Helper()
	var gas uint64
	for _, msg := range msgs {
		gas += c.App.Attest.FreeSeatGas(msg)
	}
	return c.Sign(tb, acc, gas, nil, msgs...)
}

// Do runs a block with one transaction that pays its fee, and fails the test unless it succeeds.
func (c *Chain) Do(tb testing.TB, acc *Account, gas uint64, msgs ...sdk.Msg) {
	tb.Helper()
	res := c.NextBlock(tb, c.Sign(tb, acc, gas, Fee(gas), msgs...))
	require.Zero(tb, res.TxResults[0].Code, res.TxResults[0].Log)
}

// SignTx signs in SIGN_MODE_DIRECT with the account's present sequence.
func SignTx(cfg client.TxConfig, chainID string, acc *Account, gas uint64, fee sdk.Coins, msgs ...sdk.Msg) ([]byte, error) {
	b := cfg.NewTxBuilder()
	if err := b.SetMsgs(msgs...); err != nil {
		return nil, err
	}
	b.SetGasLimit(gas)
	b.SetFeeAmount(fee)
	mode := signing.SignMode_SIGN_MODE_DIRECT
	sig := signing.SignatureV2{PubKey: acc.Priv.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode}, Sequence: acc.Seq}
	if err := b.SetSignatures(sig); err != nil {
		return nil, err
	}
	data := authsigning.SignerData{Address: acc.Addr.String(), ChainID: chainID, AccountNumber: acc.Num, Sequence: acc.Seq, PubKey: acc.Priv.PubKey()}
	doc, err := authsigning.GetSignBytesAdapter(context.Background(), cfg.SignModeHandler(), mode, data, b.GetTx())
	if err != nil {
		return nil, err
	}
	raw, err := acc.Priv.Sign(doc)
	if err != nil {
		return nil, err
	}
	sig.Data = &signing.SingleSignatureData{SignMode: mode, Signature: raw}
	if err := b.SetSignatures(sig); err != nil {
		return nil, err
	}
	return cfg.TxEncoder()(b.GetTx())
}
