import { BsmountError, describeError } from "../core/errors.ts";
import { errnoOf } from "./errno.ts";

/*
 * A directory that cannot be listed must never look empty. Some error numbers do look so, to the C library
 * or to the program, when opendir or readdir answers them:
 *
 * - ENOENT from getdents is the end of the directory to glibc and musl (POSIX wants that of a directory that
 *   was removed while it was open), and for opendir `rsync` then takes the directory as one that vanished: it
 *   goes on to delete the copies of what was in it.
 * - ENOTDIR makes programs take it for a file and pass over it.
 * - EINTR and EAGAIN are asked again for ever, EOVERFLOW by `ls` too.
 * - EINVAL means to some that their buffer was too small, and ENOSYS that another call will do.
 *
 * Each of them becomes EIO, which everybody takes for a failure.
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

/** What opening or reading the directory at `path` fails with, in place of `error`. */
export function unlistable(path: string, error: unknown): unknown {
  if (!MISREAD.has(errnoOf(error))) return error;
  return new BsmountError("unavailable", `cannot list ${path}: ${describeError(error)}`, {
    cause: error,
  });
}
