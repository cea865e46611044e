import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "./errors.ts";

/*
 * Node's recursive mkdir repeats its call while the kernel returns ENOENT. Some folders, such as /proc, always return
 * that, so the call never ends and cannot be aborted. This one tries every folder at most twice: upwards until one
 * exists, then downwards.
 */

export interface MakeFoldersOptions {
  /** The mode of the folders that are created, less the umask. @default 0o777 */
  readonly mode?: number;
}

/**
 * Creates `path` and its missing parents, like `mkdir -p`. Existing folders, and links to folders, are left unchanged.
 * @throws BsmountError `no-space` when the disk is full, `environment` for anything else
 */
export async function makeFolders(
  path: string,
  { mode = 0o777 }: MakeFoldersOptions = {},
): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await makeOne(at, path, mode)); at = dirname(at)) {
    if (dirname(at) === at) throw cannotMakeError(path, parentRefusesError(at));
    missing.push(at);
  }
  for (const at of missing.toReversed()) {
    if (!(await makeOne(at, path, mode))) throw cannotMakeError(path, parentRefusesError(at));
  }
}

/** Creates one folder, if necessary; returns false when its parent is missing. */
async function makeOne(at: string, path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(at, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (await isFolder(at)) return true;
    throw cannotMakeError(path, error);
  }
}

/** Checked after any failure, because for an existing folder a read-only disk may return EROFS and not EEXIST. */
async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** The error for a folder that mkdir(2) does not create although its parent exists. */
function parentRefusesError(at: string): Error {
  return new Error(`ENOENT: ${dirname(at)} does not accept a folder with that name`);
}

function cannotMakeError(path: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const problem = `cannot make the folder ${path}: the disk is full`;
    return new BsmountError("no-space", problem, { cause, remedy: "free space there" });
  }
  return new BsmountError("environment", `cannot make the folder ${path}`, {
    cause,
    remedy: "name a folder that you can write to",
  });
}
