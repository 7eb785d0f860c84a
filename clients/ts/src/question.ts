import { Reason, TaskStatus } from "./gen/aichain/compute/v1/state.js";
import type { QueryTaskResponse, Screened } from "./gen/aichain/compute/v1/query.js";

/** What to ask and for how much. */
export interface Question {
  /** Name of the model, or its id as 64 hex digits. */
  model: string;
  /** Token ids, chat template included; see Tokenizer.chat. */
  input: readonly number[];
  /** Providers that answer independently; 3 unless said, or what the chain wants at least. */
  seats?: number;
  /** The longest answer, in tokens; what fits, at most 128, unless said. */
  maxOutput?: number;
  /** Temperature times 1 000; 0, the default, is greedy. */
  temperatureMilli?: number;
  /** Keeps the likeliest tokens when sampling; 0, the default, keeps all. */
  topK?: number;
  /** The most that all seats together may cost, uaic; taken from screening unless said. What is not spent comes back. */
  maxPrice?: bigint;
  /** Your name for the question, at most 64 bytes. Asking again under it returns the first task and pays nothing. */
  ref?: string;
}

/** The end of a question; amounts are uaic. */
export interface Answer {
  taskId: bigint;
  ref: string;
  /** Token ids of the answer, empty unless the task settled. */
  output: number[];
  /** Who revealed the result that was established. */
  providers: string[];
  /** What the seats, the model, the validators and the burn received. */
  paid: bigint;
  refunded: bigint;
  /** The chain's digest of model, input and output. */
  resultRoot: Uint8Array;
  /** The last block in which anybody may still prove the answer wrong; 0n for none. */
  challengeUntil: bigint;
  /** All that the chain tells. */
  view: QueryTaskResponse;
}

/** The task closed without an answer that holds: it was refunded, or its answer was proved wrong and the price given back. */
export class NoAnswerError extends Error {
  constructor(readonly answer: Answer) {
    const task = answer.view.task;
    super(`task ${answer.taskId} is ${TaskStatus[task?.status ?? 0]}: ${Reason[task?.reason ?? 0]}`);
    this.name = "NoAnswerError";
  }
}

/** Too few providers would take the task; nothing was paid. */
export class NotMatchableError extends Error {
  constructor(
    readonly need: number,
    readonly screened: Screened[],
  ) {
    const why = screened
      .filter((s) => s.reason !== Reason.REASON_MATCHABLE)
      .map((s) => `\n  ${s.provider}: ${Reason[s.reason]} ${s.detail}`);
    super(`need ${need} providers, have ${matchable(screened).length}${why.join("")}`);
    this.name = "NotMatchableError";
  }
}

/** The question cannot be asked like this; nothing was paid. */
export class BadQuestionError extends Error {
  override name = "BadQuestionError";
}

/** Those that would take a seat. */
export function matchable(screened: readonly Screened[]): Screened[] {
  return screened.filter((s) => s.reason === Reason.REASON_MATCHABLE);
}

/**
 * The escrow that lets enough of the screened providers in: every priced seat at the worst price of the dearest that is needed,
 * and a tenth more so that the draw has more than just enough to choose from. Throws NotMatchableError.
 */
export function ceiling(screened: readonly Screened[], seats: number, priced: number): bigint {
  const prices = matchable(screened)
    .map((s) => s.worstPrice)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const dearest = prices[Math.min(priced, prices.length) - 1];
  if (prices.length < seats || dearest === undefined) throw new NotMatchableError(seats, [...screened]);
  const seat = dearest + (dearest + 9n) / 10n;
  return (seat > 0n ? seat : 1n) * BigInt(priced);
}

/** Whether a task has ended. An answer that may still be challenged has: see Answer.challengeUntil. */
export function isClosed(status: TaskStatus): boolean {
  return [TaskStatus.TASK_STATUS_SETTLED, TaskStatus.TASK_STATUS_REFUNDED, TaskStatus.TASK_STATUS_OVERTURNED].includes(status);
}

/** What a closed task tells. */
export function answerOf(view: QueryTaskResponse): Answer {
  const { task, progress, money } = view;
  if (!task || !progress || !money) throw new Error("the node left a part of the task out");
  const isHeld = task.status === TaskStatus.TASK_STATUS_SETTLED;
  const isRefereed = task.snapshot?.refereed ?? false;
  return {
    taskId: task.id,
    ref: task.clientRef,
    output: isHeld ? progress.output : [],
    providers: progress.seats.filter((s) => s.outcome === Reason.REASON_SEAT_RIGHT).map((s) => s.provider),
    paid: money.paidSeats + money.paidModel + money.paidValidators + money.burned,
    refunded: money.refunded,
    resultRoot: task.resultRoot,
    challengeUntil: isHeld && isRefereed ? task.closeHeight + (task.snapshot?.challengeWindow ?? 0n) : 0n,
    view,
  };
}
