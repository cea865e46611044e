import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { makeFolders } from "../../core/make-folders.ts";

/*
 * Local files that are written for files of the service. The names of those are chosen by other people: none may
 * lead out of the folder that the user named, neither by `..` nor by an existing link.
 */

/**
 * The names in a file's path, from the folder down.
 * @throws BsmountError `invalid` for a path that is not below a folder
 */
export function pathNames(path: string): readonly string[] {
  const names = path.split("/");
  const isSafe = names.every(
    (name) => name !== "" && name !== "." && name !== ".." && !name.includes("\0"),
  );
  if (isSafe) return names;
  throw new BsmountError(
    "invalid",
    `${JSON.stringify(path)} is no path below a folder, so the file is left where it is`,
    { remedy: "download it by itself, under a name of your own" },
  );
}

/**
 * The local path of `path` below `folder`; folders on the way are created.
 * @throws BsmountError `invalid`; `usage` when a link or a file is where a folder is needed; `no-space`,
 * `environment` when `folder` cannot be created
 */
export async function pathBelow(folder: string, path: string): Promise<string> {
  const names = pathNames(path);
  let at = folder;
  // The folder itself is chosen by the user, and may be a link.
  await makeFolders(folder);
  for (const name of names.slice(0, -1)) {
    at = join(at, name);
    await makeFolder(at);
  }
  return join(at, names.at(-1) ?? "");
}

/** Creates one folder in an existing one. @throws BsmountError `usage` when something else is in the way */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if ((await lstat(path)).isDirectory()) return;
  throw new BsmountError("usage", `${path} is in the way: it is a link or a file, not a folder`);
}

/**
 * Opens a file of this user for reading and writing; a link of that name is refused, not followed. A new file
 * replaces an existing one, which stays unchanged for those who have it open. A file that another user may have
 * created or written is not continued, but replaced by a new one.
 */
export async function openUserFile(path: string, isNew: boolean): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    if (isNew) await removeFile(path);
    const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | (isNew ? O_EXCL : 0), 0o644);
    if (isNew || (await belongsToUser(file))) return file;
    await file.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP") {
      throw new BsmountError("usage", `${path} is in the way: it is a link`, { cause: error });
    }
    throw unwritableError(path, error);
  }
  return await openUserFile(path, true);
}

/** Whether the file of this name belongs to another user; in a folder such as /tmp only that user can remove it. */
export async function belongsToOther(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined);
  return there !== undefined && there.uid !== process.geteuid?.();
}

/** The text of a file of this user; empty when there is none. */
export async function readUserFile(path: string): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return "";
  try {
    return (await belongsToUser(file)) ? await file.readFile("utf8") : "";
  } catch {
    return "";
  } finally {
    await file.close();
  }
}

/**
 * Whether the file belongs to this user alone. A file with another name as well belongs to someone else, and a pipe
 * stores no bytes.
 */
async function belongsToUser(file: FileHandle): Promise<boolean> {
  const info = await file.stat();
  const isWrittenByOthers = (info.mode & 0o022) !== 0;
  const isUsers = info.uid === process.geteuid?.() && !isWrittenByOthers;
  return isUsers && info.isFile() && info.nlink === 1;
}

/** The error for a local file that cannot be read. */
export function unreadableError(path: string, cause: unknown): BsmountError {
  const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  return new BsmountError(isMissing ? "not-found" : "unavailable", `cannot read ${path}`, {
    cause,
  });
}

/** The error for a local file that cannot be written. */
export function unwritableError(path: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const remedy = "free space there, or copy to another disk";
    return new BsmountError("no-space", `cannot write ${path}: the disk is full`, {
      cause,
      remedy,
    });
  }
  return new BsmountError("unavailable", `cannot write ${path}`, {
    cause,
    ...(code === "ENOENT" ? { remedy: "make the folder first" } : {}),
  });
}

/**
 * The existing file that a download would replace. A file and a link, which is not followed, are replaced; anything
 * else, such as `/dev/null`, is not.
 * @throws BsmountError `is-a-directory`, `usage`
 */
export async function checkReplaceable(path: string): Promise<Stats | undefined> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined || there.isFile() || there.isSymbolicLink()) return there;
  if (there.isDirectory()) throw isFolderError(path);
  throw new BsmountError("usage", `${path} is in the way: it is no regular file`, {
    remedy: "remove it, or give another name",
  });
}

export function isFolderError(folder: string, cause?: unknown): BsmountError {
  const problem = `cannot write ${folder}: it is a folder`;
  const remedy = "give the name that the file is to have in it";
  return new BsmountError("is-a-directory", problem, { cause, remedy });
}

/** @throws BsmountError `not-found`, `unavailable` */
export async function statLocal(path: string): Promise<Stats> {
  return await stat(path).catch((cause: unknown) => {
    throw unreadableError(path, cause);
  });
}

/** Whether `path` is the file that is open as `file`. */
export async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const there = await lstat(path, { bigint: true }).catch(() => undefined);
  const own = await file.stat({ bigint: true });
  return there?.ino === own.ino && there.dev === own.dev;
}

async function removeFile(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink() === true) {
    throw Object.assign(new Error(`${path} is a link`), { code: "ELOOP" });
  }
  await rm(path, { force: true });
}
