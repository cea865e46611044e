import { type FailureReason, reasonOf } from "../core/errors.ts";

/**
 * The one table from reasons to Linux error numbers, as in errno(3).
 *
 * Never ENOSYS: the kernel would not call the operation again for the life of the mount. Never EINTR: some programs
 * would repeat the call for ever. A call that is given up because the mount ends is EIO, one that reached its
 * deadline ETIMEDOUT.
 */
const ERRNO: Readonly<Record<FailureReason, number>> = {
  "not-found": 2, // ENOENT
  "not-signed-in": 13, // EACCES
  "access-denied": 13, // EACCES
  "read-only": 30, // EROFS
  "never-possible": 1, // EPERM
  busy: 16, // EBUSY
  unfinished: 16, // EBUSY
  "cross-entity": 18, // EXDEV
  exists: 17, // EEXIST
  "not-a-directory": 20, // ENOTDIR
  "is-a-directory": 21, // EISDIR
  "not-empty": 39, // ENOTEMPTY
  "name-too-long": 36, // ENAMETOOLONG
  invalid: 22, // EINVAL
  "not-utf8": 84, // EILSEQ
  "bad-handle": 9, // EBADF
  "no-attribute": 61, // ENODATA
  "not-supported": 95, // EOPNOTSUPP, the same as ENOTSUP
  archived: 61, // ENODATA
  "no-space": 28, // ENOSPC
  "no-descriptors": 23, // ENFILE: not EMFILE, which would be about the caller's own limit
  "too-big": 27, // EFBIG
  changed: 116, // ESTALE, see below
  gone: 116, // ESTALE
  timeout: 110, // ETIMEDOUT
  aborted: 5, // EIO
  usage: 22, // EINVAL
  environment: 5, // EIO
  unavailable: 5, // EIO
};

/*
 * Why a read fails with ESTALE: the file has other content than when it was opened. Three places find that out:
 *
 * - `api/content/response-check.ts`: the object store sent another ETag than for the first block of this version, or
 *   another length; `api/content/range-failure.ts`: it refused the range (412, 416)
 * - `read/file-versions.ts`: the same for blocks that were requested before the first one arrived
 * - `fs/open-versions.ts`: somebody opened the path since, and found a newer version; `fs/open-files.ts` throws that
 *
 * ESTALE for other calls is a file or a result that BaseSpace no longer has (`gone`), an inode number that was not used
 * for long (`fs/inode-table.ts`), or a list that changes faster than it can be read (`api/paging/crawl.ts`).
 */

/** The error number, positive, for anything that was thrown. */
export function errnoOf(error: unknown): number {
  return ERRNO[reasonOf(error)];
}
