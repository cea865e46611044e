import { describeError } from "../core/errors.ts";
import type { StagedFile } from "../write/staged-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { shownPathOf } from "../write/result-file.ts";

/** What was written in a session and is not in BaseSpace yet. */
export interface UploadsLeft {
  /** Files that somebody has open for writing. */
  readonly open: readonly string[];
  /** Files that are on their way, or waiting. */
  readonly pending: number;
  /** Their bytes that BaseSpace has not confirmed. */
  readonly leftBytes: number;
  /** Paths of files under temporary names. */
  readonly held: readonly string[];
  /** Paths of files that did not go up, with the reason behind each. */
  readonly failed: readonly string[];
}

/** Paths are those that the mount shows. */
export function uploadsLeft(staged: StagedFiles): UploadsLeft {
  const files = staged.unfinished().filter(({ isOpenForWriting }) => !isOpenForWriting);
  const held = files.filter(({ awaitsRename }) => awaitsRename);
  const pending = files.filter(
    ({ awaitsRename, content }) => !awaitsRename && content.failure === undefined,
  );
  return {
    open: staged.writers.of().map(shownPathOf),
    pending: pending.length,
    leftBytes: pending.reduce((sum, { content }) => sum + content.leftBytes, 0),
    held: held.map(({ shownPath }) => shownPath),
    failed: failedFiles(files),
  };
}

/** Those of `files` that did not go up, with the reason behind each. */
export function failedFiles(files: readonly StagedFile[]): readonly string[] {
  return files
    .filter(({ awaitsRename, content }) => !awaitsRename && content.failure !== undefined)
    .map(({ shownPath, content }) => `${shownPath} (${describeError(content.failure)})`);
}

/** From now on files under temporary names, all or those of one app result, are finished under them. */
export async function keepTemporaryNames(
  staged: StagedFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const files = staged.unfinished(appResultId).filter(({ awaitsRename }) => awaitsRename);
  for (const file of files) await file.keepName(signal);
}

/** Gives files under temporary names up, of all or of one app result, that nobody has open. */
export async function discardTemporaryNames(
  staged: StagedFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const files = staged.unfinished(appResultId).filter(({ awaitsRename }) => awaitsRename);
  for (const file of files) if (!file.isOpen) await staged.remove(file, signal);
}
