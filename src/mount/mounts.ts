import type { MetricsSnapshot } from "../metrics/collector.ts";
import type { HeldFiles } from "../session/held-files.ts";
import { askEntry, isSilence, silenceOf } from "./ask-entry.ts";
import type { AskOptions } from "./control-client.ts";
import { findMount, findMountPoint, livePlace } from "./find-mount.ts";
import type { MountStatus } from "./mount-status.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";

/** A live mount answers in milliseconds; one that does not is shown as it was when it began. */
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
    return isSilence(error) ? { ...status, silence: silenceOf(status.pid) } : status;
  }
}

/**
 * Tells the mount that `path` is in to forget every listing, whichever path in it that is.
 * @throws BsmountError `usage` when `path` is in no mount of this user, `timeout` when its process says
 * nothing
 */
export async function refreshAt(
  path: string,
  { runtimeFolder }: { readonly runtimeFolder: string },
  signal: AbortSignal,
): Promise<void> {
  const { entry } = await livePlace(await findMount(path, runtimeFolder));
  await askEntry(entry, { method: "refresh" }, { signal });
}

export interface StatusChangeAt extends Pick<AskOptions, "onProgress"> {
  readonly runtimeFolder: string;
  /** `Complete`, `Aborted`, `NeedsAttention`, … */
  readonly status: string;
  /** A sentence for people. */
  readonly summary?: string;
  /** Of files under temporary names, where the status is the last. @default "refuse" */
  readonly held?: HeldFiles;
}

/**
 * Sets the status of the app result that `path`, in a mount, is in. Answers when its files are finished and
 * the service has the status.
 * @throws BsmountError `usage` when `path` is in no mount of this user, `timeout` when its process says
 * nothing; what the mount answers
 */
export async function setStatusAt(
  path: string,
  { runtimeFolder, onProgress, ...change }: StatusChangeAt,
  signal: AbortSignal,
): Promise<void> {
  const { entry, inside } = await livePlace(await findMount(path, runtimeFolder));
  const request = { method: "set-status", path: inside === "" ? "/" : inside, ...change } as const;
  const listener = onProgress === undefined ? {} : { onProgress };
  await askEntry(entry, request, { signal, ...listener });
}

/**
 * What the mount at `path` has done since it began: requests, bytes, cache hits.
 * @throws BsmountError `usage` when no mount of this user is there
 */
export async function metricsAt(
  path: string,
  { runtimeFolder }: { readonly runtimeFolder: string },
  signal: AbortSignal,
): Promise<MetricsSnapshot> {
  const { entry } = await livePlace(await findMountPoint(path, runtimeFolder));
  return (await askEntry(entry, { method: "metrics" }, { signal })) as MetricsSnapshot;
}
