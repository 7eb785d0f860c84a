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

// carriesOthers says whether messages within a message are signed by anybody but some accounts. What is nested further is
// not looked into and counts as others': to convert each level for its signers would cost the size times the depth,
// before a fee is known to be there.
func carriesOthers(cdc codec.Codec, m sdk.Msg, own map[string]struct{}) bool {
	inner, err := carried(m)
	if err != nil {
		return true
	}
	for _, m := range inner {
		if _, isCarrier := m.(carrier); isCarrier || !signedBy(cdc, m, own) {
			return true
		}
	}
	return false
}

// carrier is a message with others in it.
type carrier interface{ GetMessages() ([]sdk.Msg, error) }

// carried returns the messages within a message, none of most.
func carried(m sdk.Msg) ([]sdk.Msg, error) {
	if c, isCarrier := m.(carrier); isCarrier {
		return c.GetMessages()
	}
	return nil, nil
}

// signedBy says whether all signers of a message are among some accounts.
func signedBy(cdc codec.Codec, m sdk.Msg, own map[string]struct{}) bool {
	signers, _, err := cdc.GetMsgV1Signers(m)
	for _, s := range signers {
		if _, isOwn := own[string(s)]; !isOwn {
			return false
		}
	}
	return err == nil
}
