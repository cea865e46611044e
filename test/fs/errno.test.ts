import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { BsmountError, type FailureReason } from "../../src/core/errors.ts";
import { errnoOf } from "../../src/fs/errno.ts";

const LINUX: Readonly<Record<FailureReason, keyof typeof constants.errno>> = {
  "not-found": "ENOENT",
  "not-signed-in": "EACCES",
  "access-denied": "EACCES",
  "read-only": "EROFS",
  "never-possible": "EPERM",
  busy: "EBUSY",
  unfinished: "EBUSY",
  "cross-entity": "EXDEV",
  exists: "EEXIST",
  "not-a-directory": "ENOTDIR",
  "is-a-directory": "EISDIR",
  "not-empty": "ENOTEMPTY",
  "name-too-long": "ENAMETOOLONG",
  invalid: "EINVAL",
  "not-utf8": "EILSEQ",
  "bad-handle": "EBADF",
  "no-attribute": "ENODATA",
  "not-supported": "EOPNOTSUPP",
  archived: "ENODATA",
  "no-space": "ENOSPC",
  "no-descriptors": "ENFILE",
  "too-big": "EFBIG",
  changed: "ESTALE",
  gone: "ESTALE",
  timeout: "ETIMEDOUT",
  aborted: "EIO",
  usage: "EINVAL",
  environment: "EIO",
  unavailable: "EIO",
};

/** As a failed connection has it: the cause is the system's error. */
function outOfDescriptors(code: string): Error {
  const cause = Object.assign(new Error(`${code}: open`), { code });
  return new Error("the connection failed", { cause });
}

describe("errnoOf", () => {
  it.each(Object.entries(LINUX))("[E1] says %s as %s", (reason, name) => {
    const errno = errnoOf(new BsmountError(reason as FailureReason, "no"));
    expect(errno).toBe(constants.errno[name]);
  });

  it.each([
    ["an unknown error", new Error("boom"), "EIO"],
    ["something that is no error", "boom", "EIO"],
    ["that no descriptor is left", outOfDescriptors("EMFILE"), "ENFILE"],
    ["that the machine has none left", outOfDescriptors("ENFILE"), "ENFILE"],
    ["a passed deadline", new DOMException("late", "TimeoutError"), "ETIMEDOUT"],
    ["a caller that gave up", new DOMException("enough", "AbortError"), "EIO"],
  ] as const)("says %s", (_what, error, name) => {
    expect(errnoOf(error)).toBe(constants.errno[name]);
  });

  it("[E2] never says ENOSYS or EINTR, which the kernel and programs take amiss", () => {
    for (const reason of Object.keys(LINUX)) {
      const errno = errnoOf(new BsmountError(reason as FailureReason, "no"));
      expect([constants.errno.ENOSYS, constants.errno.EINTR]).not.toContain(errno);
    }
  });
});
