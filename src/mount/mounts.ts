import type { MetricsSnapshot } from "../metrics/metrics.ts";
import type { TemporaryFilesPolicy } from "../session/temporary-files-policy.ts";
import { askEntry, isSilence, describeSilence } from "./ask-entry.ts";
import type { AskOptions } from "./control-client.ts";
import { findMount, findMountPoint, requireLiveMount } from "./find-mount.ts";
import type { MountStatus } from "./mount-status.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";
import type { StatusOutcome } from "../session/status-outcome.ts";

/** A live mount replies within milliseconds; one that does not is shown with its status at its start. */
const STATUS_SILENCE_MS = 2_000;

/** The live mounts of this user, by mount point. */
export async function listMounts(
  runtimeFolder: string,
  signal: AbortSignal,
): Promise<readonly MountStatus[]> {
  const entries = await readRegistry(runtimeFolder);
  const all = await Promise.all(entries.map(async (entry) => await statusOf(entry, signal)));
  return all.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

async function statusOf(entry: RegistryEntry, signal: AbortSignal): Promise<MountStatus> {
  try {
    const options = { signal, silenceMs: STATUS_SILENCE_MS };
    return (await askEntry(entry, { method: "status" }, options)) as MountStatus;
  } catch (error) {
    signal.throwIfAborted();
    const { status } = entry.record;
    return isSilence(error) ? { ...status, silence: describeSilence(status.pid) } : status;
  }
}

/**
 * Makes the mount that `path` is in forget all listings.
 * @throws BsmountError `usage` when `path` is in no mount of this user, `timeout` when its process does not respond
 */
export async function refreshAt(
  path: string,
  { runtimeFolder }: { readonly runtimeFolder: string },
  signal: AbortSignal,
): Promise<void> {
  const { entry } = await requireLiveMount(await findMount(path, runtimeFolder));
  await askEntry(entry, { method: "refresh" }, { signal });
}

/** As {@link refreshAt} for all mounts of a server. One that does not respond keeps its listings for their time. */
export async function refreshMounts(
  runtimeFolder: string,
  apiServer: string,
  signal: AbortSignal,
): Promise<void> {
  const entries = await readRegistry(runtimeFolder);
  const options = { signal, silenceMs: STATUS_SILENCE_MS };
  await Promise.allSettled(
    entries
      .filter(({ record }) => record.status.apiServer === apiServer)
      .map(async (entry) => await askEntry(entry, { method: "refresh" }, options)),
  );
}

export interface StatusChangeAt extends Pick<AskOptions, "onProgress"> {
  readonly runtimeFolder: string;
  /** `Complete`, `Aborted`, `NeedsAttention`, … */
  readonly status: string;
  /** A sentence for the people who look at the result. */
  readonly summary?: string;
  /** What to do with files under temporary names when the status is final. @default "refuse" */
  readonly temporaryFiles?: TemporaryFilesPolicy;
  /** Whether interrupted files are uploaded as they are when the status is final; if not, it is refused. @default false */
  readonly uploadsInterrupted?: boolean;
}

/**
 * Sets the status of the app result that `path` is in. Returns when its files are finished and BaseSpace has the
 * status: the path of the app result in the mount, and of those that have ended with it; from a mount of an older version
 * the path alone, or `path`.
 * @throws BsmountError `usage` when `path` is in no mount of this user, `timeout` when its process does not respond;
 * the error of the mount
 */
export async function setStatusAt(
  path: string,
  { runtimeFolder, onProgress, temporaryFiles: held, ...change }: StatusChangeAt,
  signal: AbortSignal,
): Promise<StatusOutcome> {
  const { entry, inside } = await requireLiveMount(await findMount(path, runtimeFolder));
  const request = {
    method: "set-status",
    path: inside === "" ? "/" : inside,
    ...change,
    ...(held === undefined ? {} : { held }),
  } as const;
  const listener = onProgress === undefined ? {} : { onProgress };
  const outcome = await askEntry(entry, request, { signal, ...listener });
  if (typeof outcome === "object" && outcome !== null) return outcome as StatusOutcome;
  return { path: typeof outcome === "string" ? outcome : path, others: [] };
}

/**
 * The metrics of the mount at `path` since its start: requests, bytes, cache hits.
 * @throws BsmountError `usage` when no mount of this user is there
 */
export async function metricsAt(
  path: string,
  { runtimeFolder }: { readonly runtimeFolder: string },
  signal: AbortSignal,
): Promise<MetricsSnapshot> {
  const { entry } = await requireLiveMount(await findMountPoint(path, runtimeFolder));
  return (await askEntry(entry, { method: "metrics" }, { signal })) as MetricsSnapshot;
}
