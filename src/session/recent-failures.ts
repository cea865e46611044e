import { getSystemErrorName } from "node:util";
import { ApiError } from "../api/transport/errors.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError, describeError, type FailureReason, reasonOf } from "../core/errors.ts";
import { shownText } from "../core/shown-text.ts";
import { type FailureMessage, failures } from "../core/telemetry.ts";

/** As many are kept, the newest ones. */
const MOST = 200;
const LONGEST_TEXT = 1000;

/** A failed operation, without secrets. */
export interface RecentFailure {
  /** ISO 8601. */
  readonly time: string;
  readonly operation: string;
  /** In the mount, with a leading slash. */
  readonly path: string;
  /** Such as `EIO`. */
  readonly errno: string;
  readonly reason: FailureReason;
  readonly message: string;
  readonly remedy?: string;
  /** That of the request to BaseSpace that failed. */
  readonly requestId?: string;
}

/** The last failures that were published, oldest first. Disposing stops it. */
export class RecentFailures implements Disposable {
  readonly #failures: RecentFailure[] = [];
  readonly #stop: () => void;

  constructor(clock: Clock = systemClock) {
    this.#stop = failures.subscribe((message) => {
      this.#failures.push(recentFailure(message, new Date(clock.now()).toISOString()));
      if (this.#failures.length > MOST) this.#failures.shift();
    });
  }

  get all(): readonly RecentFailure[] {
    return this.#failures;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

function recentFailure(
  { operation, path, errno, error }: FailureMessage,
  time: string,
): RecentFailure {
  const remedy = error instanceof BsmountError ? error.remedy : undefined;
  const requestId = requestIdOf(error);
  return {
    time,
    operation,
    path: shownText(path, LONGEST_TEXT),
    errno: getSystemErrorName(-errno),
    reason: reasonOf(error),
    message: shownText(describeError(error), LONGEST_TEXT),
    ...(remedy === undefined ? {} : { remedy: shownText(remedy, LONGEST_TEXT) }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

const MOST_CAUSES = 8;

function requestIdOf(error: unknown): string | undefined {
  let at = error;
  for (let depth = 0; depth < MOST_CAUSES && at instanceof Error; depth += 1) {
    if (at instanceof ApiError && at.requestId !== undefined) return at.requestId;
    at = at.cause;
  }
  return undefined;
}
