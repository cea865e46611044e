import { readdirSync, readlinkSync } from "node:fs";
import type { MountEntry } from "../linux/mount-table.ts";
import type { OpenMountTable } from "../linux/open-mount-table.ts";

/*
 * The binding does not report the end of its mount, and a mount ends in two steps:
 *
 * - It is detached: `fusermount -u`, `umount` and a lazy unmount remove it from the mount table. The file system lives
 *   on while files of it are open, which can be for hours after a lazy unmount.
 * - Its connection ends with the last open file, or when it is aborted. Then libfuse closes its /dev/fuse, after the
 *   last replies. An aborted connection leaves the mount in the table, as a dead mount.
 *
 * This polls for both ten times a second, at some 40 µs each time, because Node has no poll(2) for the kernel's
 * notification. It never touches the mount itself, which would wait for this very process, and needs no free
 * descriptor.
 */
const INTERVAL_MS = 100;

export interface MountWatchOptions {
  readonly entry: MountEntry;
  readonly table: OpenMountTable;
  /** The descriptor of /dev/fuse that serves this mount, if known. */
  readonly descriptor: string | undefined;
}

export interface MountWatchEvents {
  /** Called once, before `onEnd`. */
  readonly onDetached: () => void;
  /** Called once, when the connection has ended. */
  readonly onEnd: () => void;
}

/** Disposing stops watching. */
export interface MountWatch extends Disposable {
  /** Checks at once, for a caller that has just unmounted. */
  check(): void;
}

/** Watches for the end of a mount, and keeps the process alive until then. */
export function watchMount(options: MountWatchOptions, events: MountWatchEvents): MountWatch {
  let isDetached = false;
  let isStopped = false;
  const check = (): void => {
    if (isStopped) return;
    const { isUnlisted, isEnded } = readState(options);
    if (!isDetached && (isUnlisted || isEnded)) {
      isDetached = true;
      events.onDetached();
    }
    if (!isEnded) return;
    stop();
    events.onEnd();
  };
  const timer = setInterval(check, INTERVAL_MS);
  const stop = (): void => {
    isStopped = true;
    clearInterval(timer);
  };
  return { check, [Symbol.dispose]: stop };
}

/** When the state cannot be read, the mount counts as live until the next check. */
function readState({ entry, table, descriptor }: MountWatchOptions): {
  readonly isUnlisted: boolean;
  readonly isEnded: boolean;
} {
  try {
    const isUnlisted = !table.includes(entry);
    return {
      isUnlisted,
      isEnded: descriptor === undefined ? isUnlisted : !isFuseDevice(descriptor),
    };
  } catch {
    return { isUnlisted: false, isEnded: false };
  }
}

/** The descriptors of /dev/fuse of this process, by number; undefined when they cannot be read. */
export function fuseDescriptors(): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync("/proc/self/fd").filter(isFuseDevice));
  } catch {
    return undefined;
  }
}

function isFuseDevice(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).endsWith("/fuse");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
