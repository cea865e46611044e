import { systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { unmountWithTools } from "../linux/unmount.ts";
import type { TemporaryFilesPolicy } from "../session/temporary-files-policy.ts";
import { askEntry, isSilence, describeSilence } from "./ask-entry.ts";
import type { PendingUploads, UnmountResult } from "./control-protocol.ts";
import { findMountPoint } from "./find-mount.ts";
import { probeMount } from "./probe-mount.ts";
import { unmountUnlessUsed, withRemedyForCaller } from "./mount-in-use.ts";
import { isRunning } from "../linux/process-identity.ts";
import type { RegistryEntry } from "./registry.ts";

/** How long a lazy unmount waits for a process that does not respond. */
const LAZY_SILENCE_MS = 2_000;
/** How long a process may take to exit after its mount has ended; it only has to close connections. */
const EXIT_MS = 10_000;
const POLL_MS = 50;

export interface UnmountOptions {
  readonly runtimeFolder: string;
  /** Detaches the mount even if it is in use. */
  readonly lazy: boolean;
  /** Waits for uploads, and until the mount's process has ended. */
  readonly wait: boolean;
  /** What to do with files under temporary names; with `lazy`, "refuse" leaves them in staging. @default "refuse" */
  readonly temporaryFiles?: TemporaryFilesPolicy;
  /** Called about once a second with what the mount waits for. */
  readonly onProgress?: (progress: PendingUploads) => void;
  /** Called with texts for the user that are no failures. */
  readonly onNotice?: (text: string) => void;
}

/** What became of a mount. */
export interface UnmountOutcome extends UnmountResult {
  /** True for a mount whose process had ended before: it may have left files in staging. */
  readonly wasDead: boolean;
}

const NOTHING_LEFT: UnmountResult = { open: [], left: [], isUsed: false };

/**
 * Unmounts the mount of bsmount at `path` through its process. Unmounts directly when that process is dead, belongs to
 * another user, or does not respond to a lazy unmount.
 * @throws BsmountError `usage` when bsmount has nothing mounted there; `busy` naming the holders; `unfinished` naming
 * files that would stay unfinished; `timeout` when the process does not respond
 */
export async function unmountAt(
  path: string,
  options: UnmountOptions,
  signal: AbortSignal,
): Promise<UnmountOutcome> {
  const { entry, mountPoint } = await findMountPoint(path, options.runtimeFolder);
  const serverPid = entry?.record.pid;
  try {
    if (entry === undefined) return await unmountUnserved(mountPoint, options, signal);
    const result = await requestUnmount(entry, options, signal);
    if (result === undefined) {
      await unmountDirectly(mountPoint, { lazy: options.lazy, serverPid }, signal);
    } else if (options.wait && !result.isUsed) {
      await waitForExit(entry, options, signal);
    }
    return { ...(result ?? NOTHING_LEFT), wasDead: false };
  } catch (error) {
    throw await withRemedyForCaller(error, mountPoint, serverPid);
  }
}

/** Unmounts a mount that is dead or, with `lazy`, whose process is not known. */
async function unmountUnserved(
  mountPoint: string,
  { lazy }: UnmountOptions,
  signal: AbortSignal,
): Promise<UnmountOutcome> {
  const wasDead = (await probeMount(mountPoint, signal)) === "dead";
  if (!wasDead && !lazy) throw unknownProcessError(mountPoint);
  await unmountDirectly(mountPoint, { lazy, serverPid: undefined }, signal);
  return { ...NOTHING_LEFT, wasDead };
}

/** An unknown process that is alive may have files that are not in BaseSpace. */
function unknownProcessError(mountPoint: string): BsmountError {
  const problem = `no known process serves ${mountPoint}, so it is unknown which files are not uploaded yet`;
  return new BsmountError("usage", problem, {
    remedy:
      "unmount as the user who mounted it, with the same XDG_RUNTIME_DIR and XDG_STATE_HOME; --lazy detaches it " +
      "all the same, and leaves in staging what is not uploaded",
  });
}

/** Undefined when the process has ended or does not respond, so that this process has to unmount. */
async function requestUnmount(
  entry: RegistryEntry,
  { lazy, wait, temporaryFiles: held = "refuse", onProgress, onNotice }: UnmountOptions,
  signal: AbortSignal,
): Promise<UnmountResult | undefined> {
  const request = { method: "unmount", lazy, wait, held } as const;
  const patience = lazy ? { silenceMs: LAZY_SILENCE_MS } : {};
  const listener = onProgress === undefined ? {} : { onProgress };
  try {
    const result = await askEntry(entry, request, { signal, ...patience, ...listener });
    return result as UnmountResult;
  } catch (error) {
    if (reasonOf(error) === "not-found") return undefined;
    if (!lazy || !isSilence(error)) throw error;
    const { pid } = entry.record;
    onNotice?.(
      `${describeSilence(pid)}; it ends when it is continued (kill -CONT ${pid}), or by kill -9 ${pid}`,
    );
    return undefined;
  }
}

async function waitForExit(
  { record }: RegistryEntry,
  { onNotice }: UnmountOptions,
  signal: AbortSignal,
): Promise<void> {
  const until = systemClock.now() + EXIT_MS;
  while (systemClock.now() < until) {
    if (!isRunning(record)) return;
    await systemClock.sleep(POLL_MS, signal);
  }
  onNotice?.(
    `process ${record.pid} is still busy; it ends when its files are uploaded and nothing uses it`,
  );
}

async function unmountDirectly(
  mountPoint: string,
  { lazy, serverPid }: { readonly lazy: boolean; readonly serverPid: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  await unmountUnlessUsed(
    mountPoint,
    async () => await unmountWithTools(mountPoint, { lazy }, signal),
    {
      serverPid,
      signal,
    },
  );
}
