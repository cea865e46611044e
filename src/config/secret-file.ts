import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { BsmountError } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";
import { syncFolder } from "../core/sync-folder.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a file that contains secrets; returns undefined when it does not exist.
 * @throws BsmountError `usage` when other users can read it, when it belongs to another user, who would then decide
 * which account is used, or when it is not a regular file of at most 1 MiB
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new BsmountError("usage", `cannot read ${path}`, { cause: error });
  }
  try {
    refuseUnsafe(path, await file.stat());
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

function refuseUnsafe(path: string, info: Stats): void {
  const { uid, mode, size } = info;
  if (!info.isFile() || size > MAX_BYTES) {
    throw new BsmountError("usage", `${path} is not a small regular file`);
  }
  if (process.geteuid !== undefined && uid !== process.geteuid()) {
    throw new BsmountError("usage", `${path} contains a secret and belongs to user ${uid}`, {
      remedy: "run this as that user, or make your own copy, mode 0600",
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new BsmountError("usage", `${path} contains a secret and others can read it`, {
      remedy: `chmod 600 ${path}`,
    });
  }
}

/**
 * Replaces a file that contains secrets atomically, mode 0600: writes and syncs a new file beside it, and renames that.
 * If `path` is a symbolic link, its target is replaced.
 * @throws BsmountError `environment`
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const fresh = `${target}.${randomUUID()}.tmp`;
  try {
    await writeSynced(fresh, text);
    await rename(fresh, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new BsmountError("environment", `cannot write ${path}`, { cause });
  }
}

/**
 * Creates the folder of such a file with mode 0700; leaves an existing folder unchanged.
 * @throws BsmountError `no-space`, `environment`
 */
export async function ensureParent(folder: string): Promise<void> {
  await makeFolders(folder, { mode: 0o700 });
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
