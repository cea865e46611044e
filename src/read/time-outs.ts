import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { BlockSpan } from "./access-pattern.ts";
import type { Content } from "./flight.ts";

interface TimeOut {
  readonly at: number;
  readonly error: unknown;
}

/**
 * Long enough for all who stand in line for a page to be answered, short enough for nobody to notice it
 * after the store has come back.
 */
const SHARED_MS = 2000;

/**
 * Blocks that did not come in time, a moment ago. The kernel lets the readers of one page ask one after the
 * other, and asks again itself after a failure: if each waited for a deadline of its own, ten readers of a
 * store that hangs would wait for ten deadlines. So those who ask right after a time-out share it.
 *
 * Only time-outs are shared: other failures come fast, and the next attempt may do better. Being served
 * does not make one last longer.
 */
export class TimeOuts {
  readonly #clock: Clock;
  readonly #byContent = new WeakMap<Content, Map<number, TimeOut>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(content: Content, indexes: Iterable<number>, error: unknown): void {
    const at = this.#clock.now();
    const known = this.#byContent.get(content) ?? new Map<number, TimeOut>();
    this.#byContent.set(content, known);
    for (const [index, timeOut] of known) if (!this.#isFresh(timeOut)) known.delete(index);
    for (const index of indexes) known.set(index, { at, error });
  }

  /** A block has come after all. */
  forget(content: Content, indexes: Iterable<number>): void {
    const known = this.#byContent.get(content);
    if (known === undefined) return;
    for (const index of indexes) known.delete(index);
    if (known.size === 0) this.#byContent.delete(content);
  }

  /** The error for a read of `span`, when one of its blocks has just timed out. */
  find(content: Content, span: BlockSpan): BsmountError | undefined {
    const known = this.#byContent.get(content);
    if (known === undefined) return undefined;
    for (let index = span.start; index < span.end; index += 1) {
      const timeOut = known.get(index);
      if (timeOut !== undefined && this.#isFresh(timeOut)) return sharedError(content, timeOut);
    }
    return undefined;
  }

  #isFresh({ at }: TimeOut): boolean {
    const age = this.#clock.now() - at;
    // A clock that was set back must not keep a time-out alive.
    return age >= 0 && age < SHARED_MS;
  }
}

function sharedError(content: Content, { error }: TimeOut): BsmountError {
  const { fileId } = content.description;
  return new BsmountError(
    "timeout",
    `file ${fileId} cannot be read: another read of the same bytes has just timed out`,
    { cause: error, remedy: "try again in a few seconds" },
  );
}
