import { readdirSync, readlinkSync } from "node:fs";
import type { MountEntry } from "../linux/mount-table.ts";
import type { OpenMountTable } from "../linux/open-mount-table.ts";

/*
 * The binding tells nobody that its mount is gone, and a mount ends in two steps:
 *
 * - it is detached: its entry in the mount table goes, at `fusermount -u`, `umount` and a lazy unmount. The
 *   filesystem lives on while somebody has something of it open, which may be for hours after a lazy one;
 * - its connection ends, with the last thing that was open or when somebody aborts it. Then libfuse closes its
 *   /dev/fuse, when it has answered what was asked. An aborted connection leaves its entry in the table, as a
 *   dead mount.
 *
 * Both are looked at ten times a second, which costs some 40 µs each time: the kernel's notification for
 * the mount table needs a poll(2) that Node does not offer. None of this touches the mount itself, which
 * would wait for this very process, and none of it needs a descriptor, of which there may be none left.
 */
const INTERVAL_MS = 100;

export interface MountWatchOptions {
  readonly entry: MountEntry;
  readonly table: OpenMountTable;
  /** The descriptor of /dev/fuse that serves this mount, when it could be told. */
  readonly descriptor: string | undefined;
}

export interface MountWatchEvents {
  /** Called once, before `onEnd`. */
  readonly onDetached: () => void;
  /** Called once, when the connection has ended. */
  readonly onEnd: () => void;
}

/** Disposing stops it. */
export interface MountWatch extends Disposable {
  /** Looks now, for who has just ended the mount. */
  look(): void;
}

/** Watches for the end of a mount, and keeps the process alive until then. */
export function watchMount(options: MountWatchOptions, events: MountWatchEvents): MountWatch {
  let isDetached = false;
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    const { isGone, isEnded } = seen(options);
    if (!isDetached && (isGone || isEnded)) {
      isDetached = true;
      events.onDetached();
    }
    if (!isEnded) return;
    stop();
    events.onEnd();
  };
  const timer = setInterval(look, INTERVAL_MS);
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return { look, [Symbol.dispose]: stop };
}

/** A look that fails says nothing: the mount counts as alive, and is looked at again soon. */
function seen({ entry, table, descriptor }: MountWatchOptions): {
  readonly isGone: boolean;
  readonly isEnded: boolean;
} {
  try {
    const isGone = !table.includes(entry);
    return { isGone, isEnded: descriptor === undefined ? isGone : !isFuseDevice(descriptor) };
  } catch {
    return { isGone: false, isEnded: false };
  }
}

/** The descriptors of /dev/fuse that this process has open, by number; undefined when that cannot be seen. */
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
