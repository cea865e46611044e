import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { BlockSpan } from "./access-pattern.ts";
import type { FileVersion } from "./flight.ts";

interface TimeOut {
  readonly at: number;
  readonly error: unknown;
}

/** Long enough for all readers that queue for a page, and too short to be noticed once the store responds again. */
const SHARED_MS = 2000;

/**
 * Blocks whose request timed out within the last two seconds. The kernel sends the reads of one page one after
 * another, and repeats a failed one. If each waited for its own deadline, ten readers of a store that hangs would wait
 * for ten deadlines. So a read right after a time-out fails with the same error.
 *
 * Other errors are not shared: they come fast, and the next attempt may succeed. Returning a shared error does not
 * extend its time.
 */
export class TimeOuts {
  readonly #clock: Clock;
  readonly #byVersion = new WeakMap<FileVersion, Map<number, TimeOut>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(version: FileVersion, indexes: Iterable<number>, error: unknown): void {
    const at = this.#clock.now();
    const known = this.#byVersion.get(version) ?? new Map<number, TimeOut>();
    this.#byVersion.set(version, known);
    for (const [index, timeOut] of known) if (!this.#isFresh(timeOut)) known.delete(index);
    for (const index of indexes) known.set(index, { at, error });
  }

  /** Called when blocks have arrived. */
  forget(version: FileVersion, indexes: Iterable<number>): void {
    const known = this.#byVersion.get(version);
    if (known === undefined) return;
    for (const index of indexes) known.delete(index);
    if (known.size === 0) this.#byVersion.delete(version);
  }

  /** The error for a read of `span` if one of its blocks has just timed out. */
  find(version: FileVersion, span: BlockSpan): BsmountError | undefined {
    const known = this.#byVersion.get(version);
    if (known === undefined) return undefined;
    for (let index = span.start; index < span.end; index += 1) {
      const timeOut = known.get(index);
      if (timeOut !== undefined && this.#isFresh(timeOut)) return sharedError(version, timeOut);
    }
    return undefined;
  }

  #isFresh({ at }: TimeOut): boolean {
    const age = this.#clock.now() - at;
    // A clock that was set back must not extend a time-out.
    return age >= 0 && age < SHARED_MS;
  }
}

function sharedError(version: FileVersion, { error }: TimeOut): BsmountError {
  const { fileId } = version.description;
  return new BsmountError(
    "timeout",
    `file ${fileId} cannot be read: another read of the same bytes has just timed out`,
    { cause: error, remedy: "try again in a few seconds" },
  );
}
