package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the messages known to the transaction codec.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgCommitResult{},
		&MsgRevealResult{},
		&MsgOpenDispute{},
		&MsgPostTrace{},
		&MsgChooseChild{},
		&MsgPostChildren{},
		&MsgPostChunk{},
		&MsgPostStep{},
		&MsgRetryParked{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
