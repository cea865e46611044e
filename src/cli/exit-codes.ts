import type { FailureReason } from "../core/errors.ts";

/** What a command's exit code tells a script. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Uploads are left or held. */
  uploadsLeft: 3,
  /** Not signed in, or not allowed. */
  access: 4,
  interrupted: 130,
} as const;

/** The one table from reasons to exit codes; what is not named here is 1. */
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
