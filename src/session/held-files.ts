import { BsmountError } from "../core/errors.ts";

/**
 * What is to become of files under temporary names when their app result, or the mount, ends:
 *
 * - `refuse`: it does not end; somebody is to rename or remove them
 * - `upload`: they go up under the temporary names
 * - `discard`: they are given up
 */
export type HeldFiles = "refuse" | "upload" | "discard";

/** An error names so many files at most. */
const MAX_NAMED = 10;

export function isHeldFiles(value: unknown): value is HeldFiles {
  return value === "refuse" || value === "upload" || value === "discard";
}

/** `unfinished`: `what` cannot be, because of the files `paths`. */
export function heldError(what: string, paths: readonly string[]): BsmountError {
  return new BsmountError(
    "unfinished",
    `${what}: ${namedFiles(paths)} ${paths.length === 1 ? "is" : "are"} held back under a temporary name`,
    { remedy: "rename or remove, or give --upload-temporary or --discard-temporary" },
  );
}

/** `unfinished`: `what` cannot be, because uploads of `files` failed. */
export function failedError(what: string, files: readonly string[]): BsmountError {
  return new BsmountError("unfinished", `${what}: not uploaded: ${namedFiles(files)}`, {
    remedy:
      "the same again tries once more; rm gives a file up; bsmount uploads list shows where the bytes are",
  });
}

export function namedFiles(paths: readonly string[]): string {
  const more = paths.length - MAX_NAMED;
  return `${paths.slice(0, MAX_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
