/**
 * Asks one question and prints the verified answer.
 *
 *   AICHAIN_KEY=HEX | AICHAIN_MNEMONIC="…"  node dist/examples/ask.js [flags] "What is 37+45?"
 *
 *   --rpc URL         the node, http://127.0.0.1:26601 unless said
 *   --model NAME      name or id, nano unless said
 *   --file PATH       the model's file, for its tokenizer; ../../models/nano/nano.canon unless said
 *   --tokens 0,1,41   token ids in place of the words; the answer is then token ids too
 *   --ref NAME        your name for the question: the same again resumes it and pays nothing
 *   --json            one line of JSON on standard output
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { DirectSecp256k1HdWallet, DirectSecp256k1Wallet, type OfflineSigner } from "@cosmjs/proto-signing";

import { AichainClient, PREFIX, TaskStatus, Tokenizer, toHex, type Progress, type Question } from "../src/index.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rpc: { type: "string", default: "http://127.0.0.1:26601" },
    model: { type: "string", default: "nano" },
    file: { type: "string", default: new URL("../../../../models/nano/nano.canon", import.meta.url).pathname },
    tokens: { type: "string" },
    ref: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** The key that asks and pays. */
async function signer(): Promise<OfflineSigner> {
  const { AICHAIN_KEY: key, AICHAIN_MNEMONIC: mnemonic } = process.env;
  if (key) return DirectSecp256k1Wallet.fromKey(Buffer.from(key, "hex"), PREFIX);
  if (mnemonic) return DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: PREFIX });
  throw new Error("set AICHAIN_KEY, a private key in hex, or AICHAIN_MNEMONIC");
}

/** Says on standard error what happens. */
function tell(p: Progress): void {
  if (p.stage === "named") console.error(`ref ${p.ref}, at most ${p.maxPrice} uaic`);
  else if (p.stage === "status") console.error(`task ${p.taskId}: ${TaskStatus[p.status]}; ${p.next}`);
  else console.error(`task ${p.taskId} ${p.stage}`);
}

async function main(): Promise<void> {
  const client = await AichainClient.connect(flags.rpc, await signer());
  try {
    let words: Tokenizer | undefined;
    let input = flags.tokens?.split(",").map(Number);
    if (!input) {
      const model = await client.findModel(flags.model);
      words = await Tokenizer.ofModel(await readFile(flags.file), model.header);
      input = words.chat(positionals.join(" "));
    }
    const question: Question = { model: flags.model, input, ...(flags.ref !== undefined && { ref: flags.ref }) };
    const answer = await client.ask(question, tell);
    const text = words?.decode(answer.output) ?? answer.output.join(",");
    if (!flags.json) {
      console.log(text);
      console.error(`established by ${answer.providers.join(" ")}`);
      console.error(`paid ${answer.paid} uaic, ${answer.refunded} came back; challengeable until block ${answer.challengeUntil}`);
      return;
    }
    const { taskId, ref, output, providers, paid, refunded, resultRoot } = answer;
    const plain = { taskId, ref, input, output, text, providers, paid, refunded, resultRoot: toHex(resultRoot) };
    console.log(JSON.stringify(plain, (_, v) => (typeof v === "bigint" ? Number(v) : v)));
  } finally {
    client.disconnect();
  }
}

main().catch((error: unknown) => {
  console.error(`ask: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
