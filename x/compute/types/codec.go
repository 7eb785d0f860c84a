package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to Any (un)packing.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRegisterProvider{},
		&MsgUpdateProvider{},
		&MsgDrainProvider{},
		&MsgRetireProvider{},
		&MsgPublishModel{},
		&MsgDeprecateModel{},
		&MsgSetOffer{},
		&MsgRemoveOffer{},
		&MsgPostTask{},
		&MsgCancelTask{},
		&MsgRetryParked{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
