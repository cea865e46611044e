import type { FailureReason } from "../core/errors.ts";

/** The exit codes of commands. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Files were not uploaded, or await a rename; or what was waited for has not ended. */
  uploadsLeft: 3,
  /** Not signed in, or not allowed. */
  access: 4,
  interrupted: 130,
  /** The reader of the output has ended, as in `| head -1`: the code that a shell shows for SIGPIPE. */
  readerGone: 141,
} as const;

/** The one table from reasons to exit codes. */
const EXIT_CODE: Readonly<Record<FailureReason, number>> = {
  "not-found": EXIT.failed,
  "not-signed-in": EXIT.access,
  "access-denied": EXIT.access,
  "read-only": EXIT.failed,
  "never-possible": EXIT.failed,
  busy: EXIT.failed,
  unfinished: EXIT.uploadsLeft,
  "cross-entity": EXIT.failed,
  exists: EXIT.failed,
  "not-a-directory": EXIT.failed,
  "is-a-directory": EXIT.failed,
  "not-empty": EXIT.failed,
  "name-too-long": EXIT.failed,
  invalid: EXIT.failed,
  "not-utf8": EXIT.failed,
  "bad-handle": EXIT.failed,
  "no-attribute": EXIT.failed,
  "not-supported": EXIT.failed,
  archived: EXIT.failed,
  "no-space": EXIT.failed,
  "no-descriptors": EXIT.failed,
  "too-big": EXIT.failed,
  changed: EXIT.failed,
  gone: EXIT.failed,
  timeout: EXIT.failed,
  aborted: EXIT.interrupted,
  usage: EXIT.usage,
  environment: EXIT.failed,
  unavailable: EXIT.failed,
};

/** The exit code for an error with this reason. */
export function exitCodeOf(reason: FailureReason): number {
  return EXIT_CODE[reason];
}
