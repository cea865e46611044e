import { BsmountError } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import { namedFiles } from "../session/held-files.ts";
import { StillOpenError } from "../session/still-open.ts";
import { askEntry } from "./ask-entry.ts";
import { readRegistry } from "./registry.ts";

/** An app result of a server that a mount may have files of. */
export interface ResultElsewhere {
  readonly apiServer: string;
  readonly appResultId: AppResultId;
  /** For the message: `cannot make r Complete`. */
  readonly what: string;
}

/** What a mount has of an app result; paths as it shows them. */
export interface UnfinishedInMount {
  readonly open: readonly string[];
  /** On their way, failed, or held back under a temporary name. */
  readonly left: readonly string[];
}

/** A mount that does not answer in time may have files of the result. */
const SILENCE_MS = 5_000;

/**
 * Refuses to close an app result from beside while a mount of this user has files of it that are not in BaseSpace.
 * @throws StillOpenError, BsmountError `unfinished`; `timeout` when a mount does not answer
 */
export async function refuseUnfinishedInMounts(
  { apiServer, appResultId, what }: ResultElsewhere,
  runtimeFolder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const entry of await readRegistry(runtimeFolder)) {
    const { mountPoint, apiServer: server } = entry.record.status;
    if (server !== apiServer) continue;
    const request = { method: "unfinished", appResultId } as const;
    const answer = await askEntry(entry, request, { signal, silenceMs: SILENCE_MS });
    const { open, left } = answer as UnfinishedInMount;
    if (open.length > 0)
      throw new StillOpenError(
        what,
        open.map((path) => mountPoint + path),
      );
    if (left.length === 0) continue;
    const paths = namedFiles(left.map((path) => mountPoint + path));
    throw new BsmountError("unfinished", `${what}: not uploaded yet: ${paths}`, {
      remedy: `give the path in the mount on ${mountPoint} instead, which finishes them first`,
    });
  }
}
