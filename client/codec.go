package client

import (
	"fmt"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/core/address"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Bech32Prefix begins every account address.
const Bech32Prefix = "aic"

// addresses turns account bytes into text and back.
var addresses address.Codec = addresscodec.NewBech32Codec(Bech32Prefix)

// encoding is what transactions and answers are written with.
type encoding struct {
	cdc codec.Codec
	tx  sdkclient.TxConfig
}

func newEncoding() (encoding, error) {
	reg, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          addresses,
			ValidatorAddressCodec: addresscodec.NewBech32Codec(Bech32Prefix + "valoper"),
		},
	})
	if err != nil {
		return encoding{}, fmt.Errorf("make the interface registry: %w", err)
	}
	cryptocodec.RegisterInterfaces(reg)
	authtypes.RegisterInterfaces(reg)
	banktypes.RegisterInterfaces(reg)
	msgservice.RegisterMsgServiceDesc(reg, &computetypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(reg, &attesttypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(reg, &rewardtypes.Msg_serviceDesc)
	cdc := codec.NewProtoCodec(reg)
	return encoding{cdc: cdc, tx: authtx.NewTxConfig(cdc, authtx.DefaultSignModes)}, nil
}

// AddressBytes decodes an account address; the error says what is wrong with it.
func AddressBytes(text string) ([]byte, error) { return addresses.StringToBytes(text) }

// AddressText encodes account bytes.
func AddressText(b []byte) (string, error) { return addresses.BytesToString(b) }
