/*
 * Begin here: `await/` waits for sessions and runs, for `../commands/await.ts`. `targets.ts` finds and reads them,
 * `outcome.ts` says what a status means, and this file asks again and again: soon after a change, and less often the
 * longer nothing changes.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { describeError, reasonOf } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import { printWarning } from "../output.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { State, Target } from "./targets.ts";

/** A new state of a target, or its first one. */
export interface Change {
  readonly target: Target;
  readonly state: State;
  readonly outcome: Outcome;
  /** The status before; undefined in the first one. */
  readonly previous: string | undefined;
}

export interface WaitOptions {
  /** The first pause, in milliseconds, and the one after each change. */
  readonly intervalMs: number;
  /** When to give up, in milliseconds since 1970. */
  readonly until: number;
  readonly signal: AbortSignal;
  readonly onChange: (change: Change) => void;
}

/** How much longer each pause is than the one before, up to the longest. */
const BACK_OFF = 1.5;
const LONGEST_MS = 60_000;
const PARALLEL = 4;

/** The service may be away for a while; after as many rounds in a row it is not waited for any longer. */
const FAILED_ROUNDS = 10;

/** Failures that do not pass by themselves. */
const FINAL: ReadonlySet<string> = new Set([
  "access-denied",
  "gone",
  "invalid",
  "no-descriptors",
  "not-found",
  "not-signed-in",
  "usage",
]);

interface Watched {
  readonly target: Target;
  last?: { readonly state: State; readonly outcome: Outcome };
}

/**
 * Waits until none of the targets goes on by itself, or until the time is over; returns the outcome of each.
 * @throws what reading them throws, when it does not pass; the reason of the signal
 */
export async function waitForEnds(
  targets: readonly Target[],
  options: WaitOptions,
): Promise<readonly Outcome[]> {
  const { intervalMs, until, signal } = options;
  const watched: Watched[] = targets.map((target) => ({ target }));
  const isOpen = ({ last }: Watched): boolean => (last?.outcome ?? "waiting") === "waiting";
  let pauseMs = intervalMs;
  let failedRounds = 0;
  for (;;) {
    const round = await readAll(watched.filter(isOpen), options);
    failedRounds = round.failure === undefined ? 0 : failedRounds + 1;
    if (failedRounds === 1) {
      printWarning(`asking again after a failure: ${describeError(round.failure)}`);
    }
    if (failedRounds >= FAILED_ROUNDS) throw round.failure;
    pauseMs = round.hasChanged ? intervalMs : Math.min(pauseMs * BACK_OFF, longestOf(intervalMs));
    if (!watched.some(isOpen) || Date.now() >= until) break;
    await sleep(Math.min(pauseMs, Math.max(0, until - Date.now())), undefined, { signal });
  }
  return watched.map(({ last }) => last?.outcome ?? "waiting");
}

function longestOf(intervalMs: number): number {
  return Math.max(LONGEST_MS, intervalMs);
}

interface Round {
  readonly hasChanged: boolean;
  /** What failed, and may not fail again. */
  readonly failure: unknown;
}

/** One request for each; those under way when the time is over are cancelled. */
async function readAll(
  watched: readonly Watched[],
  { until, signal, onChange }: WaitOptions,
): Promise<Round> {
  const over = untilSignal(until);
  const both = over === undefined ? signal : AbortSignal.any([signal, over]);
  let hasChanged = false;
  let failure: unknown;
  const read = async (each: Watched, stop: AbortSignal): Promise<void> => {
    try {
      const state = await each.target.read(stop);
      const { last } = each;
      const isSame = last?.state.status === state.status && last.state.summary === state.summary;
      if (isSame) return;
      const outcome = outcomeOf(state.status);
      each.last = { state, outcome };
      hasChanged = true;
      onChange({ target: each.target, state, outcome, previous: last?.state.status });
    } catch (error) {
      signal.throwIfAborted();
      if (over?.aborted === true) return;
      if (FINAL.has(reasonOf(error))) throw error;
      failure = error;
    }
  };
  try {
    await inParallel(watched, { limit: PARALLEL, signal: both }, read);
  } catch (error) {
    signal.throwIfAborted();
    if (over?.aborted !== true) throw error;
  }
  return { hasChanged, failure };
}

/** Aborts at this time; undefined for a time that does not come. The first round has at least a second. */
function untilSignal(until: number): AbortSignal | undefined {
  if (until === Infinity) return undefined;
  return AbortSignal.timeout(Math.min(Math.max(until - Date.now(), 1000), 2 ** 31 - 1));
}
