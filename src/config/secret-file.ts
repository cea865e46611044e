import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { BsmountError } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file that holds secrets, or undefined when there is none.
 * @throws BsmountError `usage` when others can read it, it belongs to somebody else, who would choose whose data this
 * user sees, it is no plain file or absurdly large
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    // A pipe would wait for somebody to write.
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
    throw new BsmountError("usage", `${path} is not a small plain file`);
  }
  if (process.geteuid !== undefined && uid !== process.geteuid()) {
    throw new BsmountError("usage", `${path} holds a secret and belongs to user ${uid}`, {
      remedy: "ask as that user, or make a copy of your own, mode 0600",
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new BsmountError("usage", `${path} holds a secret and others can read it`, {
      remedy: `chmod 600 ${path}`,
    });
  }
}

/**
 * Replaces a file that holds secrets, mode 0600, in one step that a crash cannot halve: a new file beside
 * it, synced, takes its name. Where the name is a symbolic link, what it leads to is replaced.
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
 * Makes the folder of such a file, its owner's alone; one that is there stays as it is.
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

/** The new name itself is only safe once the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
