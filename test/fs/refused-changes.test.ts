import { constants } from "node:fs";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { type FailureReason, reasonOf } from "../../src/core/errors.ts";
import type { ChangeOperations, Ino } from "../../src/fs/file-system.ts";
import { refusedChanges } from "../../src/fs/refused-changes.ts";

const ino = 2 as Ino;
const LONG = "x".repeat(256);
const NOT_UTF8 = "a\ufffd";
const { S_IFREG, S_IFIFO, S_IFCHR } = constants;
const none = new Uint8Array();

type Change = (change: ChangeOperations) => unknown;

describe("changes to a read-only tree", () => {
  it.each<[string, FailureReason, Change]>([
    ["create", "read-only", (c) => c.create(ino, "new", 0o644, neverAborted)],
    ["create of a long name", "name-too-long", (c) => c.create(ino, LONG, 0o644, neverAborted)],
    ["create of no UTF-8", "not-utf8", (c) => c.create(ino, NOT_UTF8, 0o644, neverAborted)],
    ["create of a path", "invalid", (c) => c.create(ino, "a/b", 0o644, neverAborted)],
    ["mkdir", "read-only", (c) => c.mkdir(ino, "new", 0o755, neverAborted)],
    ["mkdir of no UTF-8", "not-utf8", (c) => c.mkdir(ino, NOT_UTF8, 0o755, neverAborted)],
    ["unlink", "read-only", (c) => c.unlink(ino, "old", neverAborted)],
    ["rmdir", "read-only", (c) => c.rmdir(ino, "old", neverAborted)],
    ["rename", "read-only", (c) => c.rename(ino, "old", ino, "new", neverAborted)],
    ["rename to a long name", "name-too-long", (c) => c.rename(ino, "a", ino, LONG, neverAborted)],
    ["symlink", "never-possible", (c) => c.symlink(ino, "new", neverAborted)],
    ["link", "never-possible", (c) => c.link(ino, ino, "new", neverAborted)],
    ["mknod of a fifo", "never-possible", (c) => c.mknod(ino, "new", S_IFIFO, neverAborted)],
    ["mknod of a device", "never-possible", (c) => c.mknod(ino, "new", S_IFCHR, neverAborted)],
    ["mknod of a file", "read-only", (c) => c.mknod(ino, "new", S_IFREG | 0o644, neverAborted)],
    ["truncate", "read-only", (c) => c.truncate(ino, 0, neverAborted)],
    ["chmod", "read-only", (c) => c.chmod(ino, neverAborted)],
    ["chown", "read-only", (c) => c.chown(ino, neverAborted)],
    ["utimens", "read-only", (c) => c.utimens(ino, neverAborted)],
    ["setxattr", "read-only", (c) => c.setxattr(ino, "user.mine", none, neverAborted)],
    [
      "setxattr of what BaseSpace says",
      "never-possible",
      (c) => c.setxattr(ino, "user.basespace.id", none, neverAborted),
    ],
    [
      "setxattr of an ACL",
      "not-supported",
      (c) => c.setxattr(ino, "system.posix_acl_access", none, neverAborted),
    ],
    ["removexattr", "read-only", (c) => c.removexattr(ino, "user.mine", neverAborted)],
  ])("[E1] %s is refused as %s", (_what, reason, change) => {
    let failure: unknown;
    try {
      change(refusedChanges);
    } catch (error) {
      failure = error;
    }
    expect(reasonOf(failure)).toBe(reason);
  });
});
