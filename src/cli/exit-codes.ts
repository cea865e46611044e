import type { FailureReason } from "../core/errors.ts";

/** The exit codes of commands. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Files were not uploaded, or await a rename. */
  uploadsLeft: 3,
  /** Not signed in, or not allowed. */
  access: 4,
  interrupted: 130,
} as const;

/** The exit code for an error with this reason. */
export function exitCodeOf(reason: FailureReason): number {
  switch (reason) {
    case "usage":
      return EXIT.usage;
    case "unfinished":
      return EXIT.uploadsLeft;
    case "not-signed-in":
    case "access-denied":
      return EXIT.access;
    case "aborted":
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}
