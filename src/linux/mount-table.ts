import { readFileSync } from "node:fs";
import { isOutOfDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";

export const MOUNT_TABLE = "/proc/self/mountinfo";

/** One line of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
export interface MountEntry {
  /** Unique while the mount exists; reused later. */
  readonly id: number;
  /** `major:minor`, which is also the name of its folder in /sys/class/bdi. */
  readonly device: string;
  readonly mountPoint: string;
  /** Filesystem type with subtype, such as `fuse.bsmount`. */
  readonly type: string;
  readonly source: string;
  /** The user who mounted it; only some filesystems show it, FUSE among them. */
  readonly userId?: number;
}

/**
 * The kernel's mounts as this process sees them, in the order in which they were mounted.
 * @throws BsmountError `no-descriptors`
 */
export function readMountTable(): readonly MountEntry[] {
  return parseMountTable(readTable());
}

function readTable(): string {
  try {
    return readFileSync(MOUNT_TABLE, "utf8");
  } catch (cause) {
    if (!isOutOfDescriptors(cause)) throw cause;
    const problem = "cannot read the mount table: this process has no free file descriptor";
    throw new BsmountError("no-descriptors", problem, { cause, remedy: MORE_DESCRIPTORS });
  }
}

export function parseMountTable(text: string): readonly MountEntry[] {
  return text
    .split("\n")
    .map(parseLine)
    .filter((entry) => entry !== undefined);
}

/** The topmost mount on `mountPoint` (absolute, without symlinks), if any. */
export function mountedOn(
  mountPoint: string,
  table: readonly MountEntry[] = readMountTable(),
): MountEntry | undefined {
  return table.findLast((entry) => entry.mountPoint === mountPoint);
}

/**
 * Whether the table `text` still has this mount. Compares its number and not its path, because a mount can be moved or
 * covered by another one. Cheaper than parsing the whole table.
 */
export function isListed({ id, device }: MountEntry, text: string): boolean {
  return new RegExp(`^${id} \\d+ ${device} `, "m").test(text);
}

function parseLine(line: string): MountEntry | undefined {
  // A lone dash ends the optional fields.
  const [before, after] = line.split(" - ", 2);
  const [id, , device, , mountPoint] = (before ?? "").split(" ");
  const [type, source, options] = (after ?? "").split(" ");
  if (mountPoint === undefined || device === undefined || type === undefined) return undefined;
  const userId = /(?:^|,)user_id=(\d+)/.exec(options ?? "")?.[1];
  return {
    id: Number(id),
    device,
    mountPoint: unescapeField(mountPoint),
    type,
    source: unescapeField(source ?? ""),
    ...(userId === undefined ? {} : { userId: Number(userId) }),
  };
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescapeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
