package attest

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands; there is no other CLI code. Commits and reveals need salts and digests, the
// moves of a dispute hashes of a run, so they are left to the worker and the Go SDK.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	task := &autocliv1.PositionalArgDescriptor{ProtoField: "task_id"}
	round := &autocliv1.PositionalArgDescriptor{ProtoField: "round"}
	one := func(field string) []*autocliv1.PositionalArgDescriptor {
		return []*autocliv1.PositionalArgDescriptor{{ProtoField: field}}
	}
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.attest.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Round", Use: "round [task-id] [round]", Short: "Show one round of a task", PositionalArgs: []*autocliv1.PositionalArgDescriptor{task, round}},
				{RpcMethod: "Rounds", Use: "rounds [task-id]", Short: "List the rounds of a task", PositionalArgs: []*autocliv1.PositionalArgDescriptor{task}},
				{RpcMethod: "Due", Use: "due", Short: "List open rounds by deadline"},
				{RpcMethod: "Dispute", Use: "dispute [dispute-id]", Short: "Show one dispute, its moves and where it has come to", PositionalArgs: one("dispute_id")},
				{RpcMethod: "Disputes", Use: "disputes [task-id]", Short: "List the disputes about one task", PositionalArgs: one("task_id")},
				{RpcMethod: "DisputesOf", Use: "disputes-of [address]", Short: "List the unresolved disputes of one party", PositionalArgs: one("party")},
				{RpcMethod: "Case", Use: "case [task-id]", Short: "Show the case of a task that the referee works on", PositionalArgs: one("task_id")},
				{RpcMethod: "Parked", Use: "parked", Short: "List rounds, cases and disputes that could not be ended"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.attest.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "CommitResult", Skip: true},
				{RpcMethod: "RevealResult", Skip: true},
				{RpcMethod: "OpenDispute", Use: "open-dispute [task-id] [solver]", Short: "Challenge one seat of a settled task; a worker has to make the moves", PositionalArgs: append(one("task_id"), one("solver")...)},
				{RpcMethod: "PostTrace", Skip: true},
				{RpcMethod: "ChooseChild", Skip: true},
				{RpcMethod: "PostChildren", Skip: true},
				{RpcMethod: "PostChunk", Skip: true},
				{RpcMethod: "PostStep", Skip: true},
				{RpcMethod: "RetryParked", Use: "retry-parked [task-id]", Short: "Try again to end a parked round or case, or with task 0 and --dispute-id a dispute", PositionalArgs: one("task_id")},
				{RpcMethod: "UpdateParams", Skip: true}, // governance only
			},
		},
	}
}
