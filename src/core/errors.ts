import { inspect } from "node:util";
import { isOutOfDescriptors } from "./descriptors.ts";

/**
 * Why something failed, in the words of the product. Every layer says its reason; only `fs/errno.ts`
 * (errno) and `cli/` (exit code) turn reasons into numbers, each in one exhaustive table.
 *
 * - `not-found`: no such name, Id or path
 * - `not-signed-in`: no token, or the service does not know it (401)
 * - `access-denied`: the token is known, its scopes do not allow this (403)
 * - `read-only`: a write where the tree, the mount or the result takes none
 * - `never-possible`: BaseSpace has no such operation (links, unlink of a finished file)
 * - `busy`: somebody has it open
 * - `unfinished`: files that were written are not in BaseSpace yet, held back or failed
 * - `cross-entity`: a rename from one result into another
 * - `exists`, `not-a-directory`, `is-a-directory`, `not-empty`: the tree has another shape than the call needs
 * - `name-too-long`, `invalid`, `not-utf8`: a name or argument that can never be right
 * - `bad-handle`: the descriptor is closed or of another kind
 * - `no-attribute`: the extended attribute is not set
 * - `not-supported`: an attribute namespace or operation that this mount does not have
 * - `archived`: the content is in cold storage until it is restored in BaseSpace
 * - `no-space`: the staging disk is full
 * - `no-descriptors`: this process or the machine can open nothing more
 * - `too-big`: more than BaseSpace takes
 * - `changed`: the content is no longer the one that was opened
 * - `gone`: BaseSpace no longer knows an upload, or what was to take it; the bytes are still here
 * - `timeout`: the service did not answer within the deadline, after retries
 * - `aborted`: the caller gave up or the mount is ending
 * - `usage`: the user asked for something that makes no sense (an option, a path)
 * - `environment`: the machine lacks something (libfuse, /dev/fuse, a folder)
 * - `unavailable`: anything else after retries
 */
export type FailureReason =
  | "not-found"
  | "not-signed-in"
  | "access-denied"
  | "read-only"
  | "never-possible"
  | "busy"
  | "unfinished"
  | "cross-entity"
  | "exists"
  | "not-a-directory"
  | "is-a-directory"
  | "not-empty"
  | "name-too-long"
  | "invalid"
  | "not-utf8"
  | "bad-handle"
  | "no-attribute"
  | "not-supported"
  | "archived"
  | "no-space"
  | "no-descriptors"
  | "too-big"
  | "changed"
  | "gone"
  | "timeout"
  | "aborted"
  | "usage"
  | "environment"
  | "unavailable";

export interface BsmountErrorOptions extends ErrorOptions {
  /** What the user can do about it: a sentence or a command. */
  readonly remedy?: string;
}

/**
 * The base of every error that bsmount throws on purpose.
 *
 * `message` says what was tried, on what, and why it failed; `remedy` what to do. Neither ever holds
 * a secret (see `core/redact.ts`).
 */
export class BsmountError extends Error {
  override name = "BsmountError";
  readonly reason: FailureReason;
  readonly remedy: string | undefined;

  constructor(reason: FailureReason, message: string, options: BsmountErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.remedy = options.remedy;
  }
}

/**
 * The reason of any thrown value; what bsmount did not throw itself is `aborted`, `timeout`, `no-descriptors` or
 * `unavailable`.
 */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof BsmountError) return error.reason;
  if (error instanceof Error && error.name === "AbortError") return "aborted";
  if (error instanceof Error && error.name === "TimeoutError") return "timeout";
  return isOutOfDescriptors(error) ? "no-descriptors" : "unavailable";
}

/** The text of any thrown value, its causes included, on one line. */
export function describeError(error: unknown): string {
  if (isSuppressed(error)) {
    return `${describeError(error.suppressed)}; and after that: ${describeError(error.error)}`;
  }
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 8; at = causeOf(at)) {
    const text = at instanceof Error ? at.message : textOf(at);
    if (text !== "" && !parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(": ");
}

/** What `using` throws when a block failed, and then what it owned failed to close. */
interface Suppressed extends Error {
  /** The later one. */
  readonly error: unknown;
  readonly suppressed: unknown;
}

function isSuppressed(error: unknown): error is Suppressed {
  return error instanceof Error && error.name === "SuppressedError" && "suppressed" in error;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function textOf(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : inspect(thrown, { depth: 1 });
}
