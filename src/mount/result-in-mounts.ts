import { BsmountError, reasonOf } from "../core/errors.ts";
import type { RefuseElsewhere } from "../session/ending-result.ts";
import { namedFiles } from "../session/unfinished-errors.ts";
import { StillOpenError } from "../session/still-open-error.ts";
import { askEntry } from "./ask-entry.ts";
import type { MountStatus } from "./mount-status.ts";
import { isOwnEntry, readRegistry, type RegistryEntry } from "./registry.ts";

/** The files of an app result in a mount that are not in BaseSpace; paths as the mount shows them. */
export interface UnfinishedInMount {
  readonly open: readonly string[];
  /** Files being uploaded, files whose upload failed, and files that await a rename. */
  readonly left: readonly string[];
}

/** A mount that does not respond in time may have files of the result. */
const SILENCE_MS = 5_000;

/**
 * Returns a check that refuses to end an app result while another mount of this user, even a detached one, has files of
 * it that are not in BaseSpace. It throws StillOpenError and BsmountError `unfinished`; `timeout` when a mount does not
 * respond.
 */
export function refuseUnfinishedInMounts(runtimeFolder: string): RefuseElsewhere {
  return async ({ apiServer, appResultId, what }, signal) => {
    for (const entry of await readRegistry(runtimeFolder)) {
      const { status } = entry.record;
      if (status.apiServer !== apiServer || isOwnEntry(entry)) continue;
      const { open, left } = await unfinishedIn(entry, appResultId, signal);
      const shown = (path: string): string => status.mountPoint + path;
      if (open.length > 0) throw new StillOpenError(what, open.map(shown));
      if (left.length === 0) continue;
      const problem = `${what}: not uploaded yet: ${namedFiles(left.map(shown))}`;
      throw new BsmountError("unfinished", problem, { remedy: remedyOf(status) });
    }
  };
}

async function unfinishedIn(
  entry: RegistryEntry,
  appResultId: string,
  signal: AbortSignal,
): Promise<UnfinishedInMount> {
  const request = { method: "unfinished", appResultId } as const;
  try {
    return (await askEntry(entry, request, { signal, silenceMs: SILENCE_MS })) as UnfinishedInMount;
  } catch (error) {
    // The mount has ended meanwhile, and left its files in staging.
    if (reasonOf(error) === "not-found") return { open: [], left: [] };
    throw error;
  }
}

function remedyOf({ mountPoint, isDetached }: MountStatus): string {
  return isDetached === true
    ? "wait until the files are closed and uploaded: their mount was detached, and ends then"
    : `give the path in the mount on ${mountPoint} instead, which finishes them first`;
}
