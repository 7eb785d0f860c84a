/** Ask aichain for verified AI answers. Start with AichainClient.connect and AichainClient.ask. */
export { AichainClient, DENOM, PREFIX, toHex, type Options, type Progress } from "./client.js";
export { BadQuestionError, NoAnswerError, NotMatchableError, type Answer, type Question } from "./question.js";
export { aichainRegistry, aichainTypes } from "./registry.js";
export { readHead, Tokenizer } from "./tokenizer.js";
export { AssuranceClass, Reason, TaskKind, TaskStatus } from "./gen/aichain/compute/v1/state.js";
export * as attestTx from "./gen/aichain/attest/v1/tx.js";
export * as attestState from "./gen/aichain/attest/v1/state.js";
export * as beaconTx from "./gen/aichain/beacon/v1/tx.js";
export * as computeTx from "./gen/aichain/compute/v1/tx.js";
export * as computeState from "./gen/aichain/compute/v1/state.js";
export * as rewardTx from "./gen/aichain/reward/v1/tx.js";
export * as rewardState from "./gen/aichain/reward/v1/state.js";
