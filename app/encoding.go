package app

import (
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
)

// Encoding is how the application writes and reads messages, transactions and addresses.
type Encoding struct {
	InterfaceRegistry codectypes.InterfaceRegistry
	Codec             codec.Codec
	Amino             *codec.LegacyAmino
	TxConfig          client.TxConfig

	// Addresses of accounts, operators and consensus nodes.
	Addresses, Operators, Consensus address.Codec
}

// NewEncoding returns the encoding. It panics if a registered message has no usable signer.
func NewEncoding() Encoding {
	enc := Encoding{
		Addresses: newAddresses(addresscodec.NewBech32Codec(Bech32Prefix)),
		Operators: addresscodec.NewBech32Codec(Bech32Prefix + "valoper"),
		Consensus: addresscodec.NewBech32Codec(Bech32Prefix + "valcons"),
		Amino:     codec.NewLegacyAmino(),
	}
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles:     proto.HybridResolver,
		SigningOptions: txsigning.Options{AddressCodec: enc.Addresses, ValidatorAddressCodec: enc.Operators},
	})
	if err != nil {
		panic(err)
	}
	if err := registry.SigningContext().Validate(); err != nil {
		panic(err)
	}
	enc.InterfaceRegistry = registry
	enc.Codec = codec.NewProtoCodec(registry)
	enc.TxConfig = authtx.NewTxConfig(enc.Codec, authtx.DefaultSignModes)
	std.RegisterLegacyAminoCodec(enc.Amino)
	std.RegisterInterfaces(registry)
	return enc
}
