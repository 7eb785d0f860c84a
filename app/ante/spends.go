package ante

import (
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Spends returns a function that names the accounts whose money a transaction may spend, as their address bytes: its
// signers, who pays its fee, and whom the messages inside of a message (MsgExec of x/authz) act for. What does not tell
// its signers is left out; such a transaction does not pass its check.
func Spends(cdc codec.Codec) func(tx sdk.Tx) []string {
	return func(tx sdk.Tx) (out []string) {
		add := func(addr []byte) {
			if len(addr) > 0 {
				out = append(out, string(addr))
			}
		}
		if fee, ok := tx.(sdk.FeeTx); ok {
			add(fee.FeePayer())
			add(fee.FeeGranter())
		}
		if signed, ok := tx.(interface{ GetSigners() ([][]byte, error) }); ok {
			signers, _ := signed.GetSigners()
			for _, s := range signers {
				add(s)
			}
		}
		for _, m := range tx.GetMsgs() {
			within(cdc, m, add)
		}
		return out
	}
}

// within adds the signers of all messages that a message carries. They are nested no deeper than the decoder of
// transactions lets them be.
func within(cdc codec.Codec, m sdk.Msg, add func([]byte)) {
	carrier, ok := m.(interface{ GetMessages() ([]sdk.Msg, error) })
	if !ok {
		return
	}
	inner, _ := carrier.GetMessages()
	for _, m := range inner {
		signers, _, _ := cdc.GetMsgV1Signers(m)
		for _, s := range signers {
			add(s)
		}
		within(cdc, m, add)
	}
}
