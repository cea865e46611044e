/**
 * What happens to files under temporary names when their app result is completed or aborted, or the mount ends:
 *
 * - `refuse`: it fails; somebody has to rename or remove the files
 * - `upload`: they are finished under their temporary names
 * - `discard`: they are removed
 */
export type TemporaryFilesPolicy = "refuse" | "upload" | "discard";

export function isTemporaryFilesPolicy(value: unknown): value is TemporaryFilesPolicy {
  return value === "refuse" || value === "upload" || value === "discard";
}

/** What happens to unfinished files when their app result is completed or aborted. */
export interface UnfinishedFilesPolicy {
  /** Files under temporary names. @default refuse */
  readonly temporaryFiles?: TemporaryFilesPolicy;
  /** Whether interrupted files are finished as they are; if not, the change is refused. @default false */
  readonly uploadsInterrupted?: boolean;
  /** Whether the change is refused while files await a commit; if not, they are committed. @default false */
  readonly leavesUncommitted?: boolean;
}
