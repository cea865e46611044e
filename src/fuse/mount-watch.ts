import { readdirSync, readlinkSync } from "node:fs";
import type { MountEntry } from "./mount-table.ts";
import type { OpenMountTable } from "./open-mount-table.ts";

/*
 * The binding tells nobody that its mount is gone. Two signs are watched, because neither shows all ends:
 *
 * - the entry in the mount table goes at `fusermount -u`, `umount` and a lazy unmount, though a lazily
 *   unmounted filesystem lives on while somebody has a file open;
 * - libfuse closes its /dev/fuse when its loop ends. That is all that shows of an aborted connection,
 *   whose entry stays in the table as a dead mount.
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

/** Disposing stops it. */
export interface MountWatch extends Disposable {
  /** Looks now, for who has just ended the mount. */
  look(): void;
}

/** Calls `onEnd` once, when the mount is gone or its connection dead. The watch keeps the process alive. */
export function watchMount(options: MountWatchOptions, onEnd: () => void): MountWatch {
  let isOver = false;
  const look = (): void => {
    if (isOver || isAlive(options)) return;
    stop();
    onEnd();
  };
  const timer = setInterval(look, INTERVAL_MS);
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return { look, [Symbol.dispose]: stop };
}

/** A look that fails says nothing: the mount counts as alive, and is looked at again soon. */
function isAlive({ entry, table, descriptor }: MountWatchOptions): boolean {
  try {
    return table.lists(entry) && (descriptor === undefined || isFuseDevice(descriptor));
  } catch {
    return true;
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
