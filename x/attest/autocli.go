package attest

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands; there is no other CLI code. Commits and reveals need salts and digests, so they
// are left to the worker and the Go SDK.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	task := &autocliv1.PositionalArgDescriptor{ProtoField: "task_id"}
	round := &autocliv1.PositionalArgDescriptor{ProtoField: "round"}
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.attest.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Round", Use: "round [task-id] [round]", Short: "Show one round of a task", PositionalArgs: []*autocliv1.PositionalArgDescriptor{task, round}},
				{RpcMethod: "Rounds", Use: "rounds [task-id]", Short: "List the rounds of a task", PositionalArgs: []*autocliv1.PositionalArgDescriptor{task}},
				{RpcMethod: "Due", Use: "due", Short: "List open rounds by deadline"},
				{RpcMethod: "Parked", Use: "parked", Short: "List rounds that could not be closed"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.attest.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "CommitResult", Skip: true},
				{RpcMethod: "RevealResult", Skip: true},
				{RpcMethod: "RetryParked", Use: "retry-parked [task-id]", Short: "Try again to close a parked round", PositionalArgs: []*autocliv1.PositionalArgDescriptor{task}},
				{RpcMethod: "UpdateParams", Skip: true}, // governance only
			},
		},
	}
}
