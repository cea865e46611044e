import type { Stats } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import process from "node:process";
import { BsmountError } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";

/*
 * A user who can create files in a folder can also create a symbolic link there, and this process would then write to
 * its target with its own rights. So these functions check a folder before anything is created in it.
 */

/**
 * Creates `path` and its missing parents with mode 0700.
 * @throws BsmountError `environment` when it is a symlink, belongs to another user, is writable by others
 * or cannot be created; `no-space`
 */
export async function ensurePrivateFolder(
  path: string,
  uid: number = process.geteuid?.() ?? 0,
): Promise<void> {
  await makeFolders(path, { mode: 0o700 });
  const info = await lstat(path);
  const fault = !info.isDirectory()
    ? "is not a folder (a symbolic link is not accepted either)"
    : info.uid !== uid
      ? `belongs to user ${info.uid}`
      : (info.mode & 0o022) !== 0
        ? "is writable by others"
        : undefined;
  if (fault !== undefined) throw untrustedError(path, fault, `chmod 700 ${path}, or `);
}

const STICKY = 0o1000;

/**
 * Whether users other than the owner and root can create files there. A group with the number of the owner is taken for
 * the owner's private group, as systems with the default umask 002 create it.
 */
function isOpenToOthers({ uid, gid, mode }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
}

/**
 * Creates `path`, which may be a link, and its missing parents with mode 0700. Accepts any folder in which only root
 * can remove, rename or replace the files of this user, also a sticky one such as `/tmp`. `isShared` says that others
 * can create files there.
 * @throws BsmountError `environment` when others can do more, or it cannot be created; `no-space`
 */
export async function ensureSafeFolder(path: string): Promise<{ readonly isShared: boolean }> {
  await makeFolders(path, { mode: 0o700 });
  const folder = await realpath(path);
  const info = await stat(folder);
  const { uid, mode } = info;
  const owner = process.geteuid?.() ?? 0;
  if (uid !== owner && uid !== 0) throw untrustedError(folder, `belongs to user ${uid}`);
  const isShared = isOpenToOthers(info);
  if (isShared && (mode & STICKY) === 0) {
    throw untrustedError(folder, "is writable by others", `chmod go-w ${folder}, or `);
  }
  return { isShared };
}

function untrustedError(path: string, fault: string, fix = ""): BsmountError {
  const problem = `bsmount does not keep its files in ${path}: it ${fault}`;
  const remedy = `${fix}name another folder`;
  return new BsmountError("environment", problem, { remedy });
}
