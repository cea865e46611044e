import { describeError } from "../core/errors.ts";
import type { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";

/** What was written in a session and is not in BaseSpace yet. */
export interface UploadsLeft {
  /** Files that are on their way, or waiting. */
  readonly pending: number;
  /** Their bytes that BaseSpace has not confirmed. */
  readonly leftBytes: number;
  /** Paths of files under temporary names. */
  readonly held: readonly string[];
  /** Paths of files that did not go up, with the reason behind each. */
  readonly failed: readonly string[];
}

export const NOTHING_LEFT: UploadsLeft = { pending: 0, leftBytes: 0, held: [], failed: [] };

/** `nameOf` is the name of an app result; paths begin with it. */
export function uploadsLeft(local: LocalFiles, nameOf: (id: string) => string): UploadsLeft {
  const files = local.unfinished();
  const held = files.filter(({ isHeld }) => isHeld);
  const failed = files.filter(({ isHeld, failure }) => !isHeld && failure !== undefined);
  const pending = files.filter(({ isHeld, failure }) => !isHeld && failure === undefined);
  const pathOf = ({ draft, path }: LocalFile): string =>
    `${nameOf(draft.place.appResultId)}/files/${path}`;
  return {
    pending: pending.length,
    leftBytes: pending.reduce((sum, { draft }) => sum + draft.leftBytes, 0),
    held: held.map(pathOf),
    failed: failed.map((file) => `${pathOf(file)} (${describeError(file.failure)})`),
  };
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
