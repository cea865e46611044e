import { ApiError } from "../transport/errors.ts";

const MIN_GAP_MS = 1000;
const MAX_GAP_MS = 60_000;
/** RFC 8628: what `slow_down` adds, for good. */
const SLOW_DOWN_MS = 5000;

/** How long to leave between two questions for a token. */
export class PollGap {
  #ms: number;

  constructor(intervalMs: number) {
    this.#ms = bounded(intervalMs);
  }

  get ms(): number {
    return this.#ms;
  }

  /** Whether a question that failed like this is to be asked again; sets the pace for it. */
  mayGoOn(error: Error): boolean {
    if (!(error instanceof ApiError)) return false;
    if (error.errorCode === "authorization_pending") return true;
    if (error.errorCode === "slow_down") {
      this.#ms = bounded(this.#ms + SLOW_DOWN_MS);
      return true;
    }
    if (!isPassing(error)) return false;
    this.#ms = bounded(this.#ms * 2);
    return true;
  }
}

function bounded(ms: number): number {
  return Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, ms));
}

/** A service that is busy or cannot be reached may answer later; the user is still deciding. */
function isPassing({ status, reason }: ApiError): boolean {
  if (status === 0) return reason === "timeout" || reason === "unavailable";
  return status >= 500 || status === 408 || status === 429;
}
