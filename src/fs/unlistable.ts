import { BsmountError, describeError } from "../core/errors.ts";
import { errnoOf } from "./errno.ts";

/*
 * A directory that cannot be listed must never look empty. The C library or the program misreads some error numbers
 * when opendir or readdir returns them:
 *
 * - glibc and musl take ENOENT from getdents for the end of the directory (POSIX wants that for a directory that was
 *   removed while it was open). When opendir returns it, `rsync` considers the directory removed, and deletes the
 *   copies of what was in it.
 * - ENOTDIR makes programs take it for a file and skip it.
 * - Programs repeat a call that returned EINTR or EAGAIN for ever, `ls` one that returned EOVERFLOW too.
 * - EINVAL means to some programs that their buffer was too small, and ENOSYS that another call will do.
 *
 * Each of them becomes EIO, which every program considers a failure.
 */
const MISREAD: ReadonlySet<number> = new Set([
  2, // ENOENT
  4, // EINTR
  11, // EAGAIN
  20, // ENOTDIR
  22, // EINVAL
  38, // ENOSYS
  75, // EOVERFLOW
]);

/** The error that opening or reading the directory at `path` fails with, instead of `error`. */
export function unlistableError(path: string, error: unknown): unknown {
  if (!MISREAD.has(errnoOf(error))) return error;
  return new BsmountError("unavailable", `cannot list ${path}: ${describeError(error)}`, {
    cause: error,
  });
}
