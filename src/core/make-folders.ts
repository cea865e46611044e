import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "./errors.ts";

/*
 * Node's own recursive mkdir asks the kernel again for as long as that answers ENOENT, and some places, such as
 * /proc, answer so for ever: the call never ends, and no signal reaches it. Here every folder is asked for twice
 * at most, once on the way up to what is there and once on the way down.
 */

export interface MakeFoldersOptions {
  /** Of each folder that is made, narrowed by the umask. @default 0o777 */
  readonly mode?: number;
}

/**
 * Makes `path` and what is missing above it, as `mkdir -p` does. Folders that are there, and links to folders,
 * stay as they are.
 * @throws BsmountError `no-space` when the disk is full, `environment` for anything else
 */
export async function makeFolders(
  path: string,
  { mode = 0o777 }: MakeFoldersOptions = {},
): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await makeOne(at, path, mode)); at = dirname(at)) {
    if (dirname(at) === at) throw cannotMake(path, missingParent(at));
    missing.push(at);
  }
  for (const at of missing.toReversed()) {
    if (!(await makeOne(at, path, mode))) throw cannotMake(path, missingParent(at));
  }
}

/** Whether the folder is there now; false when what it would be in is missing. */
async function makeOne(at: string, path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(at, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (await isFolder(at)) return true;
    throw cannotMake(path, error);
  }
}

/** EEXIST is not the only answer for what is there: a read-only disk may say EROFS. */
async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** What mkdir(2) says of a folder that cannot be, though what it would be in is there. */
function missingParent(at: string): Error {
  return new Error(`ENOENT: ${dirname(at)} takes no folder of that name`);
}

function cannotMake(path: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const problem = `cannot make the folder ${path}: the disk is full`;
    return new BsmountError("no-space", problem, { cause, remedy: "free space there" });
  }
  return new BsmountError("environment", `cannot make the folder ${path}`, {
    cause,
    remedy: "name a folder in a place that you can write to",
  });
}
