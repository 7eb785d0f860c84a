import { Registry, type GeneratedType } from "@cosmjs/proto-signing";
import { defaultRegistryTypes } from "@cosmjs/stargate";

import * as attest from "./gen/aichain/attest/v1/tx.js";
import * as beacon from "./gen/aichain/beacon/v1/tx.js";
import * as compute from "./gen/aichain/compute/v1/tx.js";
import * as reward from "./gen/aichain/reward/v1/tx.js";

const modules = { attest, beacon, compute, reward };

/** Whether a value of a generated module encodes a message of a transaction. */
function isMsg(name: string, value: unknown): value is GeneratedType {
  return name.startsWith("Msg") && !name.endsWith("Response") && typeof value === "object" && value !== null && "encode" in value;
}

/**
 * All messages of aichain with their type URLs, in the order of modules and names: what a wallet's own Registry lacks. They are
 * taken from the generated modules, so a new message is here as soon as it is generated.
 */
export const aichainTypes: ReadonlyArray<[string, GeneratedType]> = Object.entries(modules).flatMap(([module, types]) =>
  Object.entries(types)
    .filter((entry): entry is [string, GeneratedType] => isMsg(...entry))
    .map(([name, type]): [string, GeneratedType] => [`/aichain.${module}.v1.${name}`, type]),
);

/** A registry of the SDK's messages and ours. */
export function aichainRegistry(): Registry {
  return new Registry([...defaultRegistryTypes, ...aichainTypes]);
}
