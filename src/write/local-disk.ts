import { isOutOfDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";

/** An operation and its file, for the message of an error. */
export interface DiskCall {
  /** `create`, `write to`, `read`, … */
  readonly what: string;
  readonly path: string;
}

/**
 * Runs `work` on the disk that files are staged on.
 * @throws BsmountError `no-space` when that is full, `no-descriptors`, else `environment`, each with the remedy
 */
export async function localDisk<T>({ what, path }: DiskCall, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof BsmountError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new BsmountError("no-space", `the staging disk is full: cannot ${what} ${path}`, {
        cause,
        remedy: "free space there, or mount with --state-dir on another disk",
      });
    }
    if (isOutOfDescriptors(cause)) {
      const problem = `cannot ${what} ${path}: this process can open nothing more`;
      throw new BsmountError("no-descriptors", problem, { cause, remedy: MORE_DESCRIPTORS });
    }
    throw new BsmountError("environment", `cannot ${what} the staging file ${path}`, {
      cause,
      remedy: remedyOf(code),
    });
  }
}

function remedyOf(code: string | undefined): string {
  switch (code) {
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return "make the folder writable, or mount with --state-dir elsewhere";
    case "ENOENT":
    case "ENOTDIR":
      return "the folder was removed while the mount uses it: leave it there";
    default:
      return "look at the disk and its kernel messages, or mount with --state-dir on another disk";
  }
}
