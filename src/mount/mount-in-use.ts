import { systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { findHolders, type Holder } from "../linux/mount-holders.ts";
import { callersOf } from "../linux/process-identity.ts";

/**
 * The kernel releases a file a moment after its last close, and meanwhile no process shows it: an unmount that fails
 * though no holder can be seen is repeated for this long.
 */
const RELEASE_MS = 2000;
const PAUSE_MS = 50;

export interface UnmountUnlessUsedOptions {
  /** The process that serves the mount, which is no holder. @default this one */
  readonly serverPid?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs `unmount`, which fails with `busy` while the mount is in use, and repeats it for a short while as long as no
 * holder can be seen.
 * @throws BsmountError `busy`, naming the holders; anything else that `unmount` throws
 */
export async function unmountUnlessUsed(
  mountPoint: string,
  unmount: () => Promise<void>,
  { serverPid = process.pid, signal }: UnmountUnlessUsedOptions,
): Promise<void> {
  const until = systemClock.now() + RELEASE_MS;
  for (;;) {
    try {
      await unmount();
      return;
    } catch (error) {
      if (reasonOf(error) !== "busy") throw error;
    }
    const holders = await findHolders(mountPoint, serverPid);
    if (holders.length > 0 || systemClock.now() >= until) throw inUseError(mountPoint, holders);
    await systemClock.sleep(PAUSE_MS, signal);
  }
}

/** `path`, a path in the mount, followed by the holders that have it open: `/projects/…/x (12 bash)`. */
export function nameHolders(path: string, mountPoint: string, holders: readonly Holder[]): string {
  const openedBy = holders.filter((holder) => holder.path === mountPoint + path);
  if (openedBy.length === 0) return path;
  return `${path} (${openedBy.map(({ pid, command }) => `${pid} ${command}`).join(", ")})`;
}

/** The `busy` error for a mount that `holders` use, which it names. */
export function inUseError(mountPoint: string, holders: readonly Holder[]): BsmountError {
  const byProcess = new Map(holders.toReversed().map((holder) => [holder.pid, holder]));
  const named = [...byProcess.values()].map(
    ({ pid, command, by, path }) => `${pid} (${command}: ${by} ${path})`,
  );
  const users = named.length === 0 ? "a process that cannot be seen from here" : named.join(", ");
  return new BsmountError("busy", `${inUsePrefix(mountPoint)} ${users}`, {
    remedy: "end that use, or unmount with --lazy, which detaches the mount though it is in use",
  });
}

function inUsePrefix(mountPoint: string): string {
  return `${mountPoint} is in use by`;
}

/**
 * Returns a failure to unmount that is about this command and the shell that it was typed in, where they are the only
 * holders: they stand in the mount, or write to a file of it. The mount's process, which made the error, cannot know
 * that. This command is never named as another holder.
 */
export async function withRemedyForCaller(
  error: unknown,
  mountPoint: string,
  serverPid: number | undefined,
): Promise<unknown> {
  const isInUse =
    error instanceof BsmountError && error.message.startsWith(inUsePrefix(mountPoint));
  if (!isInUse) return error;
  const isHolder = error.message.includes(` ${process.pid} (`);
  const holders = await findHolders(mountPoint, serverPid);
  if (holders.length === 0) return isHolder ? ownUseError(mountPoint) : error;
  const others = isHolder ? inUseError(mountPoint, holders) : error;
  const callers = callersOf(process.pid);
  const areCallers = holders.every(({ by, pid }) => by === "cwd" && callers.includes(pid));
  if (!areCallers) return others;
  const remedy =
    "cd out of it first, or unmount with --lazy, which detaches the mount all the same";
  return new BsmountError(error.reason, others.message, { remedy });
}

function ownUseError(mountPoint: string): BsmountError {
  return new BsmountError("busy", `${inUsePrefix(mountPoint)} this command itself`, {
    remedy: "run it in another folder, and send its output elsewhere",
  });
}
