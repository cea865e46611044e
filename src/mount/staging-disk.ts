import { sep } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { followLinks } from "../linux/follow-links.ts";
import { type MountEntry, readMountTable } from "../linux/mount-table.ts";

/** Filesystems on which nothing can be staged, by their type in the mount table, and why. */
const UNUSABLE: ReadonlyMap<string, string> = new Map([
  ["nfs", "it is on NFS, whose locks and fsync cannot be relied on"],
  ["nfs4", "it is on NFS, whose locks and fsync cannot be relied on"],
  ["lustre", "it is on Lustre, whose locks and fsync cannot be relied on"],
  [MOUNT_TYPE, "it is in a mount of bsmount, which would wait for itself"],
]);

/**
 * Refuses a staging folder, which need not exist, on a filesystem that cannot hold what must not be lost. A mount of
 * bsmount on the way is not touched.
 * @throws BsmountError `usage`
 */
export async function checkStagingDisk(
  folder: string,
  table: readonly MountEntry[] = readMountTable(),
): Promise<void> {
  const own = new Set(
    table.flatMap(({ type, mountPoint }) => (type === MOUNT_TYPE ? mountPoint : [])),
  );
  const { path } = await followLinks(folder, (at) => own.has(at));
  const why = UNUSABLE.get(entryOf(path, table)?.type ?? "");
  if (why === undefined) return;
  throw new BsmountError("usage", `cannot stage written files in ${folder}: ${why}`, {
    remedy: "give --staging-dir with a folder on a local disk, or --read-only",
  });
}

/** The mount that `path` is in: of those on the same folder the last one covers the others. */
function entryOf(path: string, table: readonly MountEntry[]): MountEntry | undefined {
  let found: MountEntry | undefined;
  for (const entry of table) {
    const { mountPoint } = entry;
    const isAbove = mountPoint === sep || path === mountPoint || path.startsWith(mountPoint + sep);
    if (isAbove && mountPoint.length >= (found?.mountPoint.length ?? 0)) found = entry;
  }
  return found;
}
