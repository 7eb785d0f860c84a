package keeper

import (
	"github.com/aichain/aichain/x/compute/types"
)

// msgServer handles the messages; each has its own file, msg_<act>.go.
type msgServer struct {
	*Keeper
	types.UnimplementedMsgServer
}

// NewMsgServer returns the handler of all messages of the module.
func NewMsgServer(k *Keeper) types.MsgServer { return &msgServer{Keeper: k} }
