package keeper

import "github.com/aichain/aichain/x/beacon/types"

// msgServer handles the transactions of the module, one file per message.
type msgServer struct {
	types.UnimplementedMsgServer
	*Keeper
}

// NewMsgServer returns the handler of the module's messages.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{Keeper: k} }
