import { BsmountError, describeError } from "../core/errors.ts";
import type { StagedContent } from "../write/staged-content.ts";

/** How many files an error names at most. */
const MAX_NAMED = 10;

/** `unfinished`: `what` failed because the files `paths` have temporary names. */
export function temporaryNamesError(what: string, paths: readonly string[]): BsmountError {
  return new BsmountError(
    "unfinished",
    `${what}: ${namedFiles(paths)} ${paths.length === 1 ? "has a temporary name" : "have temporary names"}`,
    { remedy: "rename or remove the files, or give --upload-temporary or --discard-temporary" },
  );
}

/** `unfinished`: `what` failed because the last writers of the files `paths` did not close them. */
export function interruptedError(what: string, paths: readonly string[]): BsmountError {
  const were = paths.length === 1 ? "was" : "were";
  const problem = `${what}: ${namedFiles(paths)} ${were} interrupted: the end may be missing`;
  return new BsmountError("unfinished", problem, {
    remedy: "write or remove them, or give --upload-interrupted to upload them as they are",
  });
}

const INCOMPLETE = "it is incomplete; write it again, or rm it";

/** Why nothing will upload a file that has failed: no attempt can help one that lacks bytes since a write failed. */
export function describeFailure({
  failure,
  failedChange,
}: Pick<StagedContent, "failedChange" | "failure">): string {
  if (failedChange === undefined) return describeError(failure);
  return `a write to it failed: ${describeError(failedChange)}: ${INCOMPLETE}`;
}

/** `unfinished`: `what` failed because uploads of `files` failed. */
export function uploadsFailedError(what: string, files: readonly string[]): BsmountError {
  const [retry, again] = [
    "run it again to try once more, or rm the files",
    "write them again, or rm them",
  ];
  const areIncomplete = files.every((file) => file.includes(INCOMPLETE));
  return new BsmountError("unfinished", `${what}: not uploaded: ${namedFiles(files)}`, {
    remedy:
      `${areIncomplete ? again : retry}; bsmount uploads list shows where the bytes are, and bsmount ` +
      "uploads export copies them",
  });
}

export function namedFiles(paths: readonly string[]): string {
  const more = paths.length - MAX_NAMED;
  return `${paths.slice(0, MAX_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
