import { inspect } from "node:util";
import { isOutOfDescriptors } from "./descriptors.ts";

/*
 * Begin here: `core/` has what every layer uses. Nothing in it knows BaseSpace's API, the file system or the command
 * line. By theme:
 *
 * - Errors: this file, and `unless-missing.ts`, `descriptors.ts` (too many open files).
 * - Values: `ids.ts`, `brand.ts`, `compare-ids.ts`, `byte-range.ts`, `units.ts`, `index-files.ts`, `version.ts`.
 * - Waiting and concurrency: `abort.ts`, `clock.ts`, `maybe-promise.ts`, `parallel.ts`, `semaphore.ts`,
 *   `keyed-queue.ts`, `single-flight.ts`, `task-group.ts`, `owned-resources.ts`.
 * - Memory: `byte-budget.ts`, `shared-buffers.ts`, `shared-memory.ts`, `heap-bytes.ts`, `tight-heap.ts`.
 * - Secrets: `redact.ts` hides them in texts, by value (`known-secrets.ts`) and by name (`named-secrets.ts`,
 *   `secret-names.ts`, `secret-spans.ts`); `no-debugger.ts` protects the process.
 * - Texts: `logger.ts`, `terminal-text.ts` and `shown-text.ts` (foreign text, made safe), `telemetry.ts`.
 * - Folders: `user-folders.ts`, `make-folders.ts`.
 */

/**
 * Why something failed. Every layer throws errors with a reason; two exhaustive tables map reasons to numbers:
 * `fs/errno.ts` to errno values for the kernel, `cli/exit-codes.ts` to exit codes for the shell.
 *
 * - `not-found`: no such name, Id or path
 * - `not-signed-in`: there is no token, or BaseSpace does not accept it (401)
 * - `access-denied`: the scopes of the token do not allow this (403)
 * - `read-only`: a write where the tree, the mount or the result allows none
 * - `never-possible`: BaseSpace has no such operation (links, removing a complete file)
 * - `busy`: it is in use
 * - `unfinished`: files that were written are not in BaseSpace: they await a rename, or their upload failed
 * - `cross-entity`: a rename from one result into another
 * - `exists`, `not-a-directory`, `is-a-directory`, `not-empty`: the path is not what the call needs
 * - `name-too-long`, `invalid`, `not-utf8`: a name or argument that is never valid
 * - `bad-handle`: the descriptor is closed or of another kind
 * - `no-attribute`: the extended attribute is not set
 * - `not-supported`: an attribute namespace or operation that this mount does not have
 * - `archived`: the content is in cold storage until it is restored in BaseSpace
 * - `no-space`: the staging disk is full
 * - `no-descriptors`: this process or the machine has no free file descriptor
 * - `too-big`: more than BaseSpace accepts
 * - `changed`: the content is no longer the one that was opened
 * - `gone`: BaseSpace no longer has an upload, or its app result; the bytes are still on this machine
 * - `timeout`: the service did not respond within the deadline, after retries
 * - `aborted`: the caller cancelled, or the mount is ending
 * - `usage`: an option, a path or another argument of the user is not valid
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

/** Options of {@link BsmountError}. */
export interface BsmountErrorOptions extends ErrorOptions {
  /** What the user can do about it: a sentence or a command. */
  readonly remedy?: string;
}

/**
 * The base class of all errors that bsmount throws.
 *
 * `message` says what failed, on what and why; `remedy` says what to do. Neither contains secrets, see
 * `core/redact.ts`.
 */
export class BsmountError extends Error {
  /** The name of the class. */
  override name = "BsmountError";
  /** The kind of the failure. */
  readonly reason: FailureReason;
  /** What to do; undefined if there is nothing to say. */
  readonly remedy: string | undefined;

  constructor(reason: FailureReason, message: string, options: BsmountErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.remedy = options.remedy;
  }
}

/**
 * The reason of any thrown value; `aborted`, `timeout`, `no-descriptors` or `unavailable` when bsmount did not throw
 * it.
 */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof BsmountError) return error.reason;
  if (error instanceof Error && error.name === "AbortError") return "aborted";
  if (error instanceof Error && error.name === "TimeoutError") return "timeout";
  return isOutOfDescriptors(error) ? "no-descriptors" : "unavailable";
}

/** The text of any thrown value and its causes, on one line. */
export function describeError(error: unknown): string {
  if (isSuppressed(error)) {
    return `${describeError(error.suppressed)}; and after that: ${describeError(error.error)}`;
  }
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 8; at = causeOf(at)) {
    const text = at instanceof Error ? at.message : textOf(at);
    if (text !== "" && !parts.some((part) => part.includes(text)))
      parts.push(withoutKnownHead(text, parts));
  }
  return parts.join(": ");
}

/** An error and its cause can begin with the same words, such as `POST /files: `, which say nothing new. */
function withoutKnownHead(text: string, parts: readonly string[]): string {
  const [head = ""] = /^[^:]* [^:]*: /.exec(text) ?? [];
  return head !== "" && parts.some((part) => part.includes(head)) ? text.slice(head.length) : text;
}

/** What `using` throws when a block fails, and then a disposal as well. */
interface Suppressed extends Error {
  /** The error of the disposal. */
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
