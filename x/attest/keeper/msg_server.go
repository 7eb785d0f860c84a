package keeper

import "github.com/aichain/aichain/x/attest/types"

// msgServer handles the messages, one file each.
type msgServer struct {
	types.UnimplementedMsgServer
	*Keeper
}

// NewMsgServer returns the message service over the keeper.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{Keeper: k} }
