import { systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { unmountWithTools } from "../linux/unmount.ts";
import type { HeldFiles } from "../session/held-files.ts";
import { askEntry, isSilence, silenceOf } from "./ask-entry.ts";
import type { Progress, UnmountResult } from "./control-protocol.ts";
import { findMountPoint } from "./find-mount.ts";
import { kernelAnswer } from "./kernel-answer.ts";
import { unmountUnlessUsed, withRemedyForCaller } from "./mount-in-use.ts";
import { isRunning } from "../linux/process-identity.ts";
import type { RegistryEntry } from "./registry.ts";

/** A process that is to let go of its mount at once is not asked for longer. */
const LAZY_SILENCE_MS = 2_000;
/** From the mount's end to its process's; it has only connections to close. */
const EXIT_MS = 10_000;
const POLL_MS = 50;

export interface UnmountOptions {
  readonly runtimeFolder: string;
  /** Detaches the mount though it is in use. */
  readonly lazy: boolean;
  /** Waits for uploads, and until the mount's process has ended. */
  readonly wait: boolean;
  /** Of files under temporary names; with `lazy` they stay in staging when nothing else is said. @default "refuse" */
  readonly held?: HeldFiles;
  /** Told about once a second what is waited for. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told what the user should know and is no failure. */
  readonly onNotice?: (text: string) => void;
}

const NOTHING_LEFT: UnmountResult = { open: [], left: [], isUsed: false };

/**
 * Unmounts what bsmount has mounted at `path`, through the process that owns it or, when that is dead,
 * somebody else's, or says nothing and the mount is to be detached, directly.
 * @throws BsmountError `usage` when nothing of bsmount is mounted there; `busy` naming the holders;
 * `unfinished` naming files that nobody would finish; `timeout` when the process says nothing
 */
export async function unmountAt(
  path: string,
  options: UnmountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  const { entry, mountPoint } = await findMountPoint(path, options.runtimeFolder);
  const serverPid = entry?.record.pid;
  try {
    const result = await (entry === undefined
      ? unknown(mountPoint, options, signal)
      : asked(entry, options, signal));
    if (result === undefined) {
      await unmountDirectly(mountPoint, { lazy: options.lazy, serverPid }, signal);
    } else if (options.wait && entry !== undefined && !result.isUsed) {
      await processEnd(entry, options, signal);
    }
    return result ?? NOTHING_LEFT;
  } catch (error) {
    throw await withRemedyForCaller(error, mountPoint, serverPid);
  }
}

/** A process that lives and cannot be asked may have files that are not in BaseSpace. */
async function unknown(
  mountPoint: string,
  { lazy }: UnmountOptions,
  signal: AbortSignal,
): Promise<undefined> {
  if (lazy || (await kernelAnswer(mountPoint, signal)) === "dead") return undefined;
  const problem = `cannot ask the process that has ${mountPoint} mounted what is not uploaded yet: none that is known here does`;
  throw new BsmountError("usage", problem, {
    remedy:
      "ask as the user who mounted it, with the same XDG_RUNTIME_DIR and XDG_STATE_HOME; --lazy detaches it " +
      "all the same, and leaves in staging what is not uploaded",
  });
}

/** Undefined when the mount's process is gone, going or silent, and somebody else has to unmount. */
async function asked(
  entry: RegistryEntry,
  { lazy, wait, held = "refuse", onProgress, onNotice }: UnmountOptions,
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
      `${silenceOf(pid)}; it ends when it goes on (kill -CONT ${pid}), or by kill -9 ${pid}`,
    );
    return undefined;
  }
}

async function processEnd(
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
    `process ${record.pid} is still busy; it ends when what was written is uploaded and nobody uses it`,
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
