package compute

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions implements autocli.HasAutoCLIConfig. Posting and publishing have commands of their own, which
// tokenise and read model files.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{Service: "aichain.compute.v1.Query", RpcCommandOptions: queryCommands()},
		Tx:    &autocliv1.ServiceCommandDescriptor{Service: "aichain.compute.v1.Msg", RpcCommandOptions: txCommands()},
	}
}

// args names positional arguments.
func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return out
}

func queryCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
		{RpcMethod: "Task", Use: "task [id]", Short: "Tell all about one task: where its money is and what happens next", PositionalArgs: args("task_id")},
		{RpcMethod: "TaskByClientRef", Use: "task-by-ref [requester] [client-ref]", Short: "Find a task by its requester's own name for it", PositionalArgs: args("requester", "client_ref")},
		{RpcMethod: "TasksByRequester", Use: "tasks-by-requester [address]", Short: "List the tasks of a requester", PositionalArgs: args("requester")},
		{RpcMethod: "TasksByProvider", Use: "tasks-by-provider [address]", Short: "List the tasks on which a provider was seated, newest first", PositionalArgs: args("provider")},
		{RpcMethod: "TasksByStatus", Use: "tasks-by-status [status]", Short: "List the tasks in one status, for example open", PositionalArgs: args("status")},
		{RpcMethod: "Provider", Use: "provider [address]", Short: "Show a provider, its offers and its bond", PositionalArgs: args("address")},
		{RpcMethod: "Providers", Use: "providers", Short: "List providers"},
		{RpcMethod: "Model", Use: "model [id]", Short: "Show a model by its id in hex", PositionalArgs: args("model_id")},
		{RpcMethod: "Models", Use: "models", Short: "List models, or those of one --name"},
		{RpcMethod: "Offers", Use: "offers [model-id]", Short: "List the offers for a model", PositionalArgs: args("model_id")},
		{RpcMethod: "ScreenTask", Use: "screen", Short: "Tell who would match a task, and why the others would not"},
		{RpcMethod: "Parked", Use: "parked", Short: "List block items that failed"},
	}
}

func txCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{RpcMethod: "RegisterProvider", Use: "register-provider [moniker] [bond]", Short: "Register as a provider with a bond", PositionalArgs: args("moniker", "bond")},
		{RpcMethod: "UpdateProvider", Use: "update-provider [moniker]", Short: "Replace what the provider's record says", PositionalArgs: args("moniker")},
		{RpcMethod: "DrainProvider", Use: "drain-provider", Short: "Take no new seats, or with --resume take them again"},
		{RpcMethod: "RetireProvider", Use: "retire-provider", Short: "Remove the provider and start unbonding"},
		{RpcMethod: "DeprecateModel", Use: "deprecate-model", Short: "Stop new tasks on a model"},
		{RpcMethod: "SetOffer", Use: "set-offer", Short: "Make or change the offer for a model"},
		{RpcMethod: "RemoveOffer", Use: "remove-offer", Short: "Withdraw the offer for a model"},
		{RpcMethod: "CancelTask", Use: "cancel-task [id]", Short: "Take back a task that is still OPEN", PositionalArgs: args("task_id")},
		{RpcMethod: "RetryParked", Use: "retry-parked [task-id]", Short: "Queue a parked item again", PositionalArgs: args("task_id")},
		{RpcMethod: "PublishModel", Use: "publish-model", Short: "Publish a model by its root"},
		{RpcMethod: "PostTask", Skip: true},     // two signers and token ids: the infer command
		{RpcMethod: "UpdateParams", Skip: true}, // governance only
	}
}
