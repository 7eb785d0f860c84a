package ante

import (
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Spends names the accounts that a transaction spends by their own signature, or by an allowance that its check has looked
// at, as their address bytes: its signers and who pays its fee.
func Spends(tx sdk.Tx) (out []string) {
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
		signers, _ := signed.GetSigners() // who does not tell does not pass the check
		for _, s := range signers {
			add(s)
		}
	}
	return out
}

// ActsForOthers returns a function that says whether a transaction carries messages of accounts that have not signed it
// (MsgExec of x/authz), and may spend their money: its check does not ask whether they have allowed that.
func ActsForOthers(cdc codec.Codec) func(tx sdk.Tx) bool {
	return func(tx sdk.Tx) bool {
		own := map[string]struct{}{}
		for _, name := range Spends(tx) {
			own[name] = struct{}{}
		}
		for _, m := range tx.GetMsgs() {
			if carriesOthers(cdc, m, own) {
				return true
			}
		}
		return false
	}
}

// carriesOthers says whether messages within a message are signed by anybody but some accounts. They are nested no deeper
// than the decoder of transactions lets them be.
func carriesOthers(cdc codec.Codec, m sdk.Msg, own map[string]struct{}) bool {
	carrier, ok := m.(interface{ GetMessages() ([]sdk.Msg, error) })
	if !ok {
		return false
	}
	inner, err := carrier.GetMessages()
	if err != nil {
		return true
	}
	for _, m := range inner {
		signers, _, err := cdc.GetMsgV1Signers(m)
		if err != nil {
			return true
		}
		for _, s := range signers {
			if _, isOwn := own[string(s)]; !isOwn {
				return true
			}
		}
		if carriesOthers(cdc, m, own) {
			return true
		}
	}
	return false
}
