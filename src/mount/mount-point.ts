import { lstat, readdir, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { followLinks } from "../linux/follow-links.ts";
import { mountedOn } from "../linux/mount-table.ts";

/**
 * `path` without symbolic links, as the kernel lists it. What is mounted at `path` itself is not touched: a call on a
 * dead mount would fail, and one on a hanging mount would hang.
 * @throws BsmountError `usage` when a folder on the way is missing or unusable, or a mount of bsmount
 */
export async function canonicalMountPoint(path: string): Promise<string> {
  const isEnd = (at: string, isLast: boolean): boolean => {
    const entry = mountedOn(at);
    return isLast ? entry !== undefined : entry?.type === MOUNT_TYPE;
  };
  const { path: mountPoint, rest } = await followLinks(path, isEnd);
  if (rest.length > 0) {
    const why = `it is inside the mount on ${mountPoint}`;
    throw unusableError(path, why, "choose an empty folder outside of that mount");
  }
  const folder = dirname(mountPoint);
  try {
    if ((await stat(folder)).isDirectory()) return mountPoint;
  } catch (cause) {
    throw unreachable(path, folder, cause);
  }
  throw unreachable(path, folder, new Error(`ENOTDIR: ${folder} is not a folder`));
}

function unreachable(path: string, folder: string, cause: unknown): BsmountError {
  return new BsmountError("usage", `cannot mount on ${path}: ${folder} cannot be reached`, {
    cause,
    remedy: `mkdir -p ${path}`,
  });
}

/**
 * Refuses a mount point that cannot or should not be used. Call it after recovering a dead mount.
 * @throws BsmountError `usage`, `busy` when a mount of bsmount is there already
 */
export async function checkMountPoint(
  mountPoint: string,
  ownFolders: readonly string[],
): Promise<void> {
  const entry = mountedOn(mountPoint);
  if (entry?.type === MOUNT_TYPE) {
    throw new BsmountError("busy", `${mountPoint} is already mounted by bsmount`, {
      remedy: `bsmount status, or: bsmount unmount ${mountPoint}`,
    });
  }
  if (entry !== undefined) {
    throw unusableError(mountPoint, `another filesystem (${entry.type}) is mounted there`);
  }
  await checkFolder(mountPoint);
  const inside = ownFolders.find((folder) => isInside(folder, mountPoint));
  if (inside !== undefined) {
    throw unusableError(
      mountPoint,
      `it contains ${inside}, which bsmount itself uses while mounted (it would wait for itself)`,
      "choose another mount point, or another folder for that",
    );
  }
}

async function checkFolder(mountPoint: string): Promise<void> {
  const info = await lstat(mountPoint).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") {
      throw unusableError(mountPoint, "it does not exist", `mkdir -p ${mountPoint}`);
    }
    throw new BsmountError("usage", `cannot mount on ${mountPoint}`, { cause: error });
  });
  if (!info.isDirectory()) {
    throw unusableError(
      mountPoint,
      "it is not a folder",
      "give an empty folder, which mkdir can make",
    );
  }
  const entries = await readdir(mountPoint).catch((error: unknown) => {
    throw new BsmountError("usage", `cannot mount on ${mountPoint}`, { cause: error });
  });
  if (entries.length > 0) {
    const why = "the folder is not empty, and a mount would hide what is in it";
    throw unusableError(mountPoint, why, "choose an empty folder");
  }
}

function isInside(path: string, folder: string): boolean {
  const at = resolve(path);
  return at === folder || at.startsWith(folder === sep ? sep : folder + sep);
}

function unusableError(mountPoint: string, why: string, remedy?: string): BsmountError {
  const options = remedy === undefined ? {} : { remedy };
  return new BsmountError("usage", `cannot mount on ${mountPoint}: ${why}`, options);
}
