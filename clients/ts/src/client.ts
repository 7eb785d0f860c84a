import type { EncodeObject, OfflineSigner } from "@cosmjs/proto-signing";
import {
  createProtobufRpcClient,
  GasPrice,
  QueryClient,
  SigningStargateClient,
  type DeliverTxResponse,
} from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";

import { QueryClientImpl as AttestQuery } from "./gen/aichain/attest/v1/query.js";
import { QueryClientImpl as BeaconQuery } from "./gen/aichain/beacon/v1/query.js";
import { QueryClientImpl as ComputeQuery, type QueryTaskResponse, type Screened } from "./gen/aichain/compute/v1/query.js";
import { AssuranceClass, TaskKind, TaskStatus, type Model, type Task, type TaskTerms } from "./gen/aichain/compute/v1/state.js";
import { MsgPostTask, MsgPostTaskResponse, type PostedTask, type TaskInput } from "./gen/aichain/compute/v1/tx.js";
import { QueryClientImpl as RewardQuery } from "./gen/aichain/reward/v1/query.js";
import { answerOf, BadQuestionError, ceiling, isClosed, matchable, NoAnswerError, NotMatchableError } from "./question.js";
import type { Answer, Question } from "./question.js";
import { aichainRegistry } from "./registry.js";

/** The chain's coin; one AIC is a million of it. */
export const DENOM = "uaic";
/** What addresses begin with. */
export const PREFIX = "aic";

const DEFAULT_SEATS = 3;
const DEFAULT_MAX_OUTPUT = 128;
/** Gas that is asked for beyond what a simulation used. */
const GAS_MARGIN = 1.3;

/** How to talk to the chain. */
export interface Options {
  /** What a unit of gas costs; the node refuses less than its own minimum. 0.001uaic unless said. */
  gasPrice?: string;
  /** How long to wait between two looks at the chain, in milliseconds; 500 unless said. */
  pollMs?: number;
}

/** A step of a question's life, told to whoever wants to show it. */
export type Progress =
  | { stage: "named"; ref: string; maxPrice: bigint } // before anything is paid
  | { stage: "posted" | "resumed"; ref: string; taskId: bigint }
  | { stage: "status"; ref: string; taskId: bigint; status: TaskStatus; next: string };

/** Reads from a node and, with a signer, writes. It trusts the node: a receipt proves an answer without trust (aichaind receipt). */
export class AichainClient {
  readonly beacon: BeaconQuery;
  readonly compute: ComputeQuery;
  readonly attest: AttestQuery;
  readonly reward: RewardQuery;

  private constructor(
    private readonly comet: Comet38Client,
    private readonly signing: SigningStargateClient | undefined,
    /** Who asks and pays; empty without a signer. */
    readonly address: string,
    private readonly pollMs: number,
  ) {
    const rpc = createProtobufRpcClient(new QueryClient(comet));
    this.beacon = new BeaconQuery(rpc);
    this.compute = new ComputeQuery(rpc);
    this.attest = new AttestQuery(rpc);
    this.reward = new RewardQuery(rpc);
  }

  /** Connects to the RPC address of a node, for example http://127.0.0.1:26601. The signer's first account is used. */
  static async connect(rpc: string, signer?: OfflineSigner, options: Options = {}): Promise<AichainClient> {
    // Named, because the libraries' own choice by version does not know CometBFT 0.40, which speaks like 0.38.
    const comet = await Comet38Client.connect(rpc);
    const pollMs = options.pollMs ?? 500;
    if (!signer) return new AichainClient(comet, undefined, "", pollMs);
    const signing = await SigningStargateClient.createWithSigner(comet, signer, {
      registry: aichainRegistry(),
      gasPrice: GasPrice.fromString(options.gasPrice ?? `0.001${DENOM}`),
      broadcastPollIntervalMs: pollMs,
    });
    const [account] = await signer.getAccounts();
    if (!account) throw new Error("the signer has no account");
    return new AichainClient(comet, signing, account.address, pollMs);
  }

  /** Ends the connection. */
  disconnect(): void {
    this.signing?.disconnect();
    this.comet.disconnect();
  }

  /** Signs and sends messages of any module; waits until they are in a block. Throws when the transaction failed. */
  async send(messages: readonly EncodeObject[], memo = ""): Promise<DeliverTxResponse> {
    if (!this.signing) throw new Error("connected without a signer: only reading");
    const result = await this.signing.signAndBroadcast(this.address, messages, GAS_MARGIN, memo);
    if (result.code !== 0) throw new Error(`transaction ${result.transactionHash} failed with code ${result.code}: ${result.rawLog}`);
    return result;
  }

  /** What the account holds, uaic. */
  async balance(address = this.address): Promise<bigint> {
    if (!this.signing) throw new Error("connected without a signer");
    return BigInt((await this.signing.getBalance(address, DENOM)).amount);
  }

  /** A model by its id in hex or, the oldest of them, by its name. Throws BadQuestionError when there is none. */
  async findModel(nameOrId: string): Promise<Model> {
    if (/^[0-9a-f]{64}$/.test(nameOrId)) {
      const found = await orUndefined(this.compute.Model({ modelId: nameOrId }));
      if (found?.model) return found.model;
    }
    const { models } = await this.compute.Models({ name: nameOrId, pagination: undefined });
    const model = models[0];
    if (!model) throw new BadQuestionError(`no model ${nameOrId}`);
    return model;
  }

  /** Who would take a task and who would not, and why; nothing is paid. A maxPrice of 0 screens without a ceiling. */
  async screen(terms: TaskTerms, inputTokens: number): Promise<Screened[]> {
    const out: Screened[] = [];
    let key = new Uint8Array();
    do {
      const pagination = { key, offset: 0n, limit: 0n, countTotal: false, reverse: false };
      const page = await this.compute.ScreenTask({ requester: this.address, terms, inputTokens, pagination });
      out.push(...page.screened);
      key = Uint8Array.from(page.pagination?.nextKey ?? []);
    } while (key.length > 0);
    return out;
  }

  /** Opens one task per input, in order, and escrows the price of each. A known clientRef opens and pays nothing. */
  async postTasks(terms: TaskTerms, inputs: TaskInput[]): Promise<PostedTask[]> {
    const value: MsgPostTask = { requester: this.address, payer: this.address, terms, inputs };
    const result = await this.send([{ typeUrl: "/aichain.compute.v1.MsgPostTask", value }]);
    const response = result.msgResponses[0];
    if (!response) throw new Error(`transaction ${result.transactionHash} has no response`);
    return MsgPostTaskResponse.decode(response.value).tasks;
  }

  /** A task whenever its status has changed, first as it is and last when it is closed. End it with the signal. */
  async *watch(taskId: bigint, signal?: AbortSignal): AsyncGenerator<QueryTaskResponse> {
    let last: TaskStatus | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const view = await this.compute.Task({ taskId });
      const status = view.progress?.status ?? TaskStatus.TASK_STATUS_UNSPECIFIED;
      if (status !== last) yield view;
      last = status;
      if (isClosed(view.task?.status ?? TaskStatus.TASK_STATUS_UNSPECIFIED)) return;
      await new Promise((resolve) => setTimeout(resolve, this.pollMs));
    }
  }

  /**
   * Posts a question, or finds the task that its ref names, and waits for the end. If the connection breaks, ask the same again
   * under the ref that was told: it pays once.
   *
   * Throws BadQuestionError or NotMatchableError when nothing was paid, NoAnswerError when the task closed without an answer that
   * holds.
   */
  async ask(question: Question, tell: (p: Progress) => void = () => {}, signal?: AbortSignal): Promise<Answer> {
    const model = await this.findModel(question.model);
    const ref = question.ref ?? newRef();
    const taskId = (await this.resume(question, model, ref, tell)) ?? (await this.post(question, model, ref, tell));
    let view: QueryTaskResponse | undefined;
    for await (view of this.watch(taskId, signal)) {
      tell({ stage: "status", ref, taskId, status: view.progress?.status ?? 0, next: view.next });
    }
    if (!view) throw new Error(`task ${taskId} was not seen`);
    const answer = answerOf(view);
    if (view.task?.status !== TaskStatus.TASK_STATUS_SETTLED) throw new NoAnswerError(answer);
    return answer;
  }

  /** The task of the ref, if the question has one and it was posted; it must ask the same. */
  private async resume(q: Question, model: Model, ref: string, tell: (p: Progress) => void): Promise<bigint | undefined> {
    if (q.ref === undefined) return undefined;
    const found = await orUndefined(this.compute.TaskByClientRef({ requester: this.address, clientRef: ref }));
    const task = found?.task;
    if (!task) return undefined;
    if (!isSame(task, q, model)) throw new BadQuestionError(`${ref} already names task ${task.id}, which asks something else`);
    tell({ stage: "resumed", ref, taskId: task.id });
    return task.id;
  }

  private async post(q: Question, model: Model, ref: string, tell: (p: Progress) => void): Promise<bigint> {
    const terms = await this.price(q, model);
    tell({ stage: "named", ref, maxPrice: BigInt(terms.maxPrice?.amount ?? 0) });
    const [task] = await this.postTasks(terms, [{ clientRef: ref, tokens: [...q.input] }]);
    if (!task) throw new Error("the chain named no task");
    tell({ stage: task.existing ? "resumed" : "posted", ref, taskId: task.taskId });
    return task.taskId;
  }

  /** Completes the terms and sees that enough providers would match and that the account can pay. */
  private async price(q: Question, model: Model): Promise<TaskTerms> {
    const { params } = await this.compute.Params({});
    if (!params) throw new Error("the node left the parameters out");
    const seats = q.seats ?? Math.max(DEFAULT_SEATS, params.minSeats);
    const room = Math.min(params.maxOutputTokens, model.maxContext - q.input.length);
    const maxOutputTokens = q.maxOutput ?? Math.min(DEFAULT_MAX_OUTPUT, room);
    if (q.input.length === 0 || room <= 0 || maxOutputTokens > room) {
      throw new BadQuestionError(`${q.input.length} input and ${maxOutputTokens} answer tokens, the model takes ${model.maxContext}`);
    }
    const terms: TaskTerms = {
      kind: TaskKind.TASK_KIND_INFERENCE,
      modelId: model.id,
      datasetId: new Uint8Array(),
      assurance: AssuranceClass.ASSURANCE_CLASS_REDUNDANT,
      seats,
      maxOutputTokens,
      sampling: { temperatureMilli: q.temperatureMilli ?? 0, topK: q.topK ?? 0 },
      maxPrice: { denom: DENOM, amount: "0" },
    };
    // One seat more may be drawn to audit the others; what it does not use comes back.
    const priced = seats + (params.auditBps > 0 ? 1 : 0);
    const total = q.maxPrice ?? ceiling(await this.screen(terms, q.input.length), seats, priced);
    terms.maxPrice = { denom: DENOM, amount: total.toString() };
    const screened = await this.screen(terms, q.input.length);
    if (matchable(screened).length < seats) throw new NotMatchableError(seats, screened);
    const have = await this.balance();
    if (have < total) throw new BadQuestionError(`the task needs up to ${total} ${DENOM}, ${this.address} has ${have}`);
    return terms;
  }
}

/** Whether a task asks what the question asks; what the question leaves open may be anything. */
function isSame(task: Task, q: Question, model: Model): boolean {
  const { terms, input } = task;
  return (
    terms !== undefined &&
    toHex(terms.modelId) === toHex(model.id) &&
    input.length === q.input.length &&
    input.every((id, i) => id === q.input[i]) &&
    [undefined, terms.seats].includes(q.seats) &&
    [undefined, terms.maxOutputTokens].includes(q.maxOutput) &&
    (q.temperatureMilli ?? 0) === (terms.sampling?.temperatureMilli ?? 0) &&
    (q.topK ?? 0) === (terms.sampling?.topK ?? 0) &&
    [undefined, terms.maxPrice?.amount].includes(q.maxPrice?.toString())
  );
}

/** A name that nobody used: whoever asks the same twice on purpose pays twice. */
function newRef(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Bytes as hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The answer of a query, or undefined when the chain says that there is no such thing. */
async function orUndefined<T>(query: Promise<T>): Promise<T | undefined> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof Error && /NotFound|not found/.test(error.message)) return undefined;
    throw error;
  }
}
