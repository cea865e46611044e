import type { Stats } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import process from "node:process";
import { BsmountError } from "./errors.ts";
import { makeFolders } from "./make-folders.ts";

/*
 * Whoever can make names in a folder can put a link there that leads anywhere, and whatever is opened behind it is
 * written with this user's rights. So a folder is looked at before anything is made in it.
 */

/**
 * Makes `path` and its missing parents with mode 0700.
 * @throws BsmountError `environment` when it is a symlink, another user's, or writable by others,
 * or cannot be made; `no-space`
 */
export async function ensurePrivateFolder(
  path: string,
  uid: number = process.geteuid?.() ?? 0,
): Promise<void> {
  await makeFolders(path, { mode: 0o700 });
  const info = await lstat(path);
  const fault = !info.isDirectory()
    ? "is not a folder (a symbolic link is not taken either)"
    : info.uid !== uid
      ? `belongs to user ${info.uid}`
      : (info.mode & 0o022) !== 0
        ? "is writable by others"
        : undefined;
  if (fault !== undefined) throw untrusted(path, fault, `chmod 700 ${path}, or `);
}

const STICKY = 0o1000;

/**
 * Whether others than the owner and the superuser can make names there. A group that has the number of its user is that
 * user's own, as systems make it that let it write by default (umask 002).
 */
function isOpenToOthers({ uid, gid, mode }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
}

/**
 * Makes `path`, which may be a link, and its missing parents with mode 0700. It may be anybody's folder in which
 * nobody but the superuser can remove, rename or replace what this user makes: a sticky one such as `/tmp` will do.
 * `isShared` tells that others can make files there.
 * @throws BsmountError `environment` when others can do more, or it cannot be made; `no-space`
 */
export async function ensureSafeFolder(path: string): Promise<{ readonly isShared: boolean }> {
  await makeFolders(path, { mode: 0o700 });
  const folder = await realpath(path);
  const info = await stat(folder);
  const { uid, mode } = info;
  const owner = process.geteuid?.() ?? 0;
  if (uid !== owner && uid !== 0) throw untrusted(folder, `belongs to user ${uid}`);
  const isShared = isOpenToOthers(info);
  if (isShared && (mode & STICKY) === 0) {
    throw untrusted(folder, "is writable by others", `chmod go-w ${folder}, or `);
  }
  return { isShared };
}

function untrusted(path: string, fault: string, way = ""): BsmountError {
  const problem = `bsmount does not keep its files in ${path}: it ${fault}`;
  const remedy = `${way}name another folder`;
  return new BsmountError("environment", problem, { remedy });
}
