package reward

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions describes the commands; the SDK makes them from it.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	provider := []*autocliv1.PositionalArgDescriptor{{ProtoField: "provider"}}
	amount := []*autocliv1.PositionalArgDescriptor{{ProtoField: "amount"}}
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.reward.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters of money"},
				{RpcMethod: "Bond", Use: "bond [provider]", Short: "Show a provider's bond and how much of it is free", PositionalArgs: provider},
				{
					RpcMethod: "Escrow", Use: "escrow [task-id]", Short: "Show where the money of a task is",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "task_id"}},
				},
				{RpcMethod: "Ledger", Use: "ledger", Short: "Show the sums of all money held and paid"},
				{RpcMethod: "Unbondings", Use: "unbondings [provider]", Short: "List bond on its way home, soonest first", PositionalArgs: provider},
				{
					RpcMethod: "Emission", Use: "emission [provider]", Short: "Show what a provider can claim beside its prices, and what waits",
					Long: `Show what a provider has earned beside its prices, in uaic.

claimable is minted with "aichaind tx reward claim-emission". waiting belongs to settled tasks that can still be challenged; the
soonest of it can be claimed at next_height. challenged belongs to seats that are under challenge now, and is lost with those that
do not stand. What all providers have accrued, and what was minted and lost ever, is in "aichaind query reward ledger".`,
					Example: "aichaind query reward emission aic1...", PositionalArgs: provider,
				},
				{RpcMethod: "Parked", Use: "parked", Short: "List payouts that could not be sent"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "aichain.reward.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "AddBond", Use: "add-bond [amount]", Short: "Add to your bond as a provider",
					Example: "aichaind tx reward add-bond 5000000uaic --from worker1", PositionalArgs: amount,
				},
				{
					RpcMethod: "WithdrawBond", Use: "withdraw-bond [amount]", Short: "Start to unbond a part of your free bond",
					Example: "aichaind tx reward withdraw-bond 1000000uaic --from worker1", PositionalArgs: amount,
				},
				{
					RpcMethod: "RetryPayout", Use: "retry-payout [recipient]", Short: "Queue a parked payout again",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "recipient"}},
				},
				{
					RpcMethod: "ClaimEmission", Use: "claim-emission", Short: "Claim what you have earned beside your prices as a provider",
					Long: `Claim what you have earned beside your prices as a provider.

A part of what a settled task burns is minted again for the seats that stand for its result. It can be claimed when the challenge
window of the task is over; a seat that did not stand in a challenge has lost it. "aichaind query reward emission" tells how much
there is and when the next comes. Claim seldom: it does not run out, and each claim costs a fee. Retiring claims what is left.`,
					Example: "aichaind tx reward claim-emission --from worker1",
				},
				{RpcMethod: "UpdateParams", Skip: true}, // governance only
			},
		},
	}
}
