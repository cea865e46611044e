import { systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { mountedOn, readMountTable } from "../fuse/mount-table.ts";
import { takeDown } from "../fuse/take-down.ts";
import type { MetricsSnapshot } from "../metrics/collector.ts";
import { askMount } from "./control-client.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { busyError } from "./holders.ts";
import { canonicalMountPoint } from "./mount-point.ts";
import type { MountStatus } from "./mount-status.ts";
import { isRunning } from "./process-identity.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";

/** A live mount answers in milliseconds; one that does not is shown as it was when it began. */
const ASK_MS = 2_000;
/** From the mount's end to its process's; it has only connections to close. */
const EXIT_MS = 10_000;
const POLL_MS = 50;

/** The live mounts of this user, by mount point. */
export async function listMounts(
  runtimeFolder: string,
  signal: AbortSignal,
): Promise<readonly MountStatus[]> {
  const entries = await readRegistry(runtimeFolder);
  const all = await Promise.all(entries.map(async (entry) => await statusOf(entry, signal)));
  return all.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

/** Where bsmount is mounted besides `known`: dead mounts, and those of other users or folders. */
export function mountPointsOfOthers(known: readonly MountStatus[]): readonly string[] {
  const ours = new Set(known.map(({ mountPoint }) => mountPoint));
  const all = readMountTable().filter(({ type }) => type === MOUNT_TYPE);
  return all.map(({ mountPoint }) => mountPoint).filter((mountPoint) => !ours.has(mountPoint));
}

async function statusOf(entry: RegistryEntry, signal: AbortSignal): Promise<MountStatus> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    return (await askMount(entry.socketPath, { method: "status" }, limit)) as MountStatus;
  } catch {
    signal.throwIfAborted();
    return entry.record.status;
  }
}

export interface UnmountOptions {
  readonly runtimeFolder: string;
  /** Detaches the mount though it is in use. */
  readonly lazy: boolean;
  /** Waits for uploads, and until the mount's process has ended. */
  readonly wait: boolean;
}

/**
 * Unmounts what bsmount has mounted at `path`, through the process that owns it or, when that is dead or
 * somebody else's, directly.
 * @throws BsmountError `usage` when nothing of bsmount is mounted there, `busy` naming the holders
 */
export async function unmountAt(
  path: string,
  options: UnmountOptions,
  signal: AbortSignal,
): Promise<void> {
  const mountPoint = await canonicalMountPoint(path);
  const entry = await findEntry(options.runtimeFolder, mountPoint);
  const { lazy, wait } = options;
  if (entry !== undefined && (await asked(entry, { method: "unmount", lazy, wait }, signal))) {
    if (wait) await processEnd(entry, signal);
    return;
  }
  await unmountDirectly(mountPoint, lazy, signal);
}

/**
 * Tells the mount at `path` to forget what it has cached of `inside`, a path in it, or of everything.
 * @throws BsmountError `usage` when no mount of this user is there
 */
export async function refreshAt(
  path: string,
  options: { readonly runtimeFolder: string; readonly inside?: string },
  signal: AbortSignal,
): Promise<void> {
  const mountPoint = await canonicalMountPoint(path);
  const entry = await findEntry(options.runtimeFolder, mountPoint);
  if (entry === undefined) throw notMounted(mountPoint);
  const { inside } = options;
  const request = { method: "refresh", ...(inside === undefined ? {} : { path: inside }) } as const;
  await askMount(entry.socketPath, request, signal);
}

export interface StatusChangeAt {
  readonly runtimeFolder: string;
  /** `Complete`, `Aborted`, `NeedsAttention`, … */
  readonly status: string;
  /** A sentence for people. */
  readonly summary?: string;
}

/**
 * Sets the status of the app result that `path` is in: absolute, in a mount, symbolic links resolved.
 * Answers when its files are finished and the service has the status.
 * @throws BsmountError `usage` when `path` is in no mount of this user; what the mount answers
 */
export async function setStatusAt(
  path: string,
  { runtimeFolder, ...change }: StatusChangeAt,
  signal: AbortSignal,
): Promise<void> {
  const entries = await readRegistry(runtimeFolder);
  const entry = entries.find(({ record }) => path.startsWith(`${record.status.mountPoint}/`));
  if (entry === undefined) throw notMounted(path);
  const inside = path.slice(entry.record.status.mountPoint.length);
  await askMount(entry.socketPath, { method: "set-status", path: inside, ...change }, signal);
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
  const mountPoint = await canonicalMountPoint(path);
  const entry = await findEntry(runtimeFolder, mountPoint);
  if (entry === undefined) throw notMounted(mountPoint);
  return (await askMount(entry.socketPath, { method: "metrics" }, signal)) as MetricsSnapshot;
}

async function findEntry(
  runtimeFolder: string,
  mountPoint: string,
): Promise<RegistryEntry | undefined> {
  const entries = await readRegistry(runtimeFolder);
  return entries.find(({ record }) => record.status.mountPoint === mountPoint);
}

/** False when the mount's process is gone or going and cannot be asked. */
async function asked(
  entry: RegistryEntry,
  request: ControlRequest,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await askMount(entry.socketPath, request, signal);
    return true;
  } catch (error) {
    if (reasonOf(error) === "not-found") return false;
    throw error;
  }
}

async function processEnd(entry: RegistryEntry, signal: AbortSignal): Promise<void> {
  const until = systemClock.now() + EXIT_MS;
  while (isRunning(entry.record) && systemClock.now() < until) {
    await systemClock.sleep(POLL_MS, signal);
  }
}

async function unmountDirectly(
  mountPoint: string,
  lazy: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (mountedOn(mountPoint)?.type !== MOUNT_TYPE) throw notMounted(mountPoint);
  try {
    await takeDown(mountPoint, { lazy }, signal);
  } catch (error) {
    throw reasonOf(error) === "busy" ? await busyError(mountPoint) : error;
  }
}

function notMounted(mountPoint: string): BsmountError {
  return new BsmountError("usage", `bsmount has nothing mounted on ${mountPoint}`, {
    remedy: "bsmount status lists the live mounts",
  });
}
