package beacon

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the commands that are generated for the module.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.beacon.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{
					RpcMethod: "Output", Use: "output [height]", Short: "Show the randomness of a block; 0 is the latest",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "height"}},
				},
				{
					RpcMethod: "VrfKey", Use: "key [validator]", Short: "Show the VRF key of a validator",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "validator"}},
				},
				{RpcMethod: "VrfKeys", Use: "keys", Short: "List the VRF keys of all validators"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.beacon.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "RegisterVrfKey", Skip: true}, // needs a proof from the key file: aichaind vrf-key register
				{RpcMethod: "UpdateParams", Skip: true},   // governance only
			},
		},
	}
}
