import { describeError } from "../core/errors.ts";
import type { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";
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
export function uploadsLeft(local: LocalFiles): UploadsLeft {
  const files = local.unfinished().filter(({ openWriters }) => openWriters === 0);
  const held = files.filter(({ isHeld }) => isHeld);
  const pending = files.filter(({ isHeld, failure }) => !isHeld && failure === undefined);
  return {
    open: local.writers.of().map(shownPathOf),
    pending: pending.length,
    leftBytes: pending.reduce((sum, { draft }) => sum + draft.leftBytes, 0),
    held: held.map(({ shownPath }) => shownPath),
    failed: failedFiles(files),
  };
}

/** Those of `files` that did not go up, with the reason behind each. */
export function failedFiles(files: readonly LocalFile[]): readonly string[] {
  return files
    .filter(({ isHeld, failure }) => !isHeld && failure !== undefined)
    .map(({ shownPath, failure }) => `${shownPath} (${describeError(failure)})`);
}

/** From now on files under temporary names, all or those of one app result, are finished under them. */
export async function keepTemporaryNames(
  local: LocalFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const held = local.unfinished(appResultId).filter(({ isHeld }) => isHeld);
  for (const file of held) await local.keepName(file, signal);
}

/** Gives files under temporary names up, of all or of one app result, that nobody has open. */
export async function discardTemporaryNames(
  local: LocalFiles,
  { appResultId }: { readonly appResultId?: string },
  signal: AbortSignal,
): Promise<void> {
  const held = local.unfinished(appResultId).filter(({ isHeld }) => isHeld);
  for (const file of held) if (file.openHandles === 0) await local.remove(file, signal);
}
