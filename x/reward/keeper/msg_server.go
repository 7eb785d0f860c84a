package keeper

import "github.com/aichain/aichain/x/reward/types"

// msgServer handles the messages, one file each: msg_<act>.go.
type msgServer struct {
	types.UnimplementedMsgServer
	*Keeper
}

// NewMsgServer returns the Msg service of the module.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{Keeper: k} }
