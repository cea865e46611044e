import type { StagedFile } from "../write/staged-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { shownPathOf } from "../write/result-file.ts";
import { describeFailure } from "./unfinished-errors.ts";

/** The unfinished files of a session: those that were written in it and are not complete in BaseSpace. */
export interface UnfinishedFiles {
  /** Paths of files that are open for writing. */
  readonly open: readonly string[];
  /** The number of files that are being uploaded, or waiting. */
  readonly pending: number;
  /** Their bytes that BaseSpace has not confirmed. */
  readonly leftBytes: number;
  /** Paths of files under temporary names. */
  readonly awaitingRename: readonly string[];
  /** Paths of files that are finished only when somebody says so. */
  readonly awaitingCommit: readonly string[];
  /** Paths of files whose upload failed, with the reason after each. */
  readonly failed: readonly string[];
  /** Paths of files whose last writer did not close them. */
  readonly interrupted: readonly string[];
}

/** Paths are those that the mount shows. */
export function unfinishedFiles(staged: StagedFiles): UnfinishedFiles {
  const files = staged.unfinished().filter(({ isOpenForWriting }) => !isOpenForWriting);
  const closed = files.filter(({ isInterrupted }) => !isInterrupted);
  const temporary = closed.filter(({ awaitsRename }) => awaitsRename);
  const final = closed.filter(({ awaitsRename }) => !awaitsRename);
  const waiting = final.filter(({ awaitsCommit }) => awaitsCommit);
  const pending = final.filter(({ awaitsCommit, content }) => {
    return !awaitsCommit && content.failure === undefined;
  });
  return {
    open: staged.writers.files().map(shownPathOf),
    pending: pending.length,
    leftBytes: pending.reduce((sum, { content }) => sum + content.leftBytes, 0),
    awaitingRename: temporary.map(({ shownPath }) => shownPath),
    awaitingCommit: waiting.map(({ shownPath }) => shownPath),
    failed: failedFiles(closed),
    interrupted: interruptedFiles(files).map(({ shownPath }) => shownPath),
  };
}

/** Those of `files` whose last writer did not close them, and that nobody has open. */
export function interruptedFiles(files: readonly StagedFile[]): readonly StagedFile[] {
  return files.filter(({ isInterrupted }) => isInterrupted);
}

/** The paths of those of `files` whose upload failed, with the reason after each. */
export function failedFiles(files: readonly StagedFile[]): readonly string[] {
  return files
    .filter((file) => !file.awaitsRename && !file.awaitsCommit && !file.isInterrupted)
    .filter(({ content }) => content.failure !== undefined)
    .map(({ shownPath, content }) => `${shownPath} (${describeFailure(content)})`);
}

/** Makes the temporary names of files, all or those of one app result, their final ones. */
export async function keepTemporaryNames(
  staged: StagedFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const files = staged.unfinished(appResultId).filter(({ awaitsRename }) => awaitsRename);
  for (const file of files) await file.keepName(signal);
}

/** Removes files under temporary names, all or those of one app result, that nobody has open. */
export async function discardTemporaryNames(
  staged: StagedFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const files = staged.unfinished(appResultId).filter(({ awaitsRename }) => awaitsRename);
  for (const file of files) if (!file.isOpen) await staged.remove(file, signal);
}
