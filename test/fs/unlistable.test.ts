import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { BsmountError, type FailureReason } from "../../src/core/errors.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import { unlistableError } from "../../src/fs/unlistable.ts";

/** The error number of opendir and readdir for each reason why a directory cannot be listed. */
const ERRNOS: Readonly<Partial<Record<FailureReason, keyof typeof constants.errno>>> = {
  "not-found": "EIO",
  "not-a-directory": "EIO",
  invalid: "EIO",
  usage: "EIO",
  "not-signed-in": "EACCES",
  "access-denied": "EACCES",
  changed: "ESTALE",
  timeout: "ETIMEDOUT",
  aborted: "EIO",
  unavailable: "EIO",
};

describe("a directory that cannot be listed", () => {
  it.each(Object.entries(ERRNOS))("[E1] is no empty one: %s is %s", (reason, name) => {
    const error = new BsmountError(reason as FailureReason, "the service does not know it");
    expect(errnoOf(unlistableError("/p", error))).toBe(constants.errno[name]);
  });

  it("says which one, and why", () => {
    const cause = new BsmountError("not-found", "the service returned 404");
    expect(unlistableError("/p/files", cause)).toMatchObject({
      message: "cannot list /p/files: the service returned 404",
      cause,
    });
  });

  it("keeps an error that programs do not take for the end of the listing", () => {
    const error = new BsmountError("access-denied", "no");
    expect(unlistableError("/p", error)).toBe(error);
  });
});
