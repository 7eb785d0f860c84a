package apptest

import (
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
)

// People are the first n accounts as the SDK's simulator knows them, before there is a chain. The consensus keys of the
// first ones are those of the harness's validators.
func People(n int) []simtypes.Account {
	out := make([]simtypes.Account, n)
	for i := range out {
		priv := key(i)
		out[i] = simtypes.Account{
			PrivKey: priv, PubKey: priv.PubKey(), Address: Address(i), AddressBech32: Address(i).String(),
			ConsKey: ed25519.GenPrivKeyFromSecret(consSecret(i)),
		}
	}
	return out
}

// consSecret is what the consensus key of a validator is made from.
func consSecret(i int) []byte { return []byte{byte(i), 'c'} }
