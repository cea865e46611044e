import process from "node:process";
import { describe, expect, it } from "vitest";
import { statusLines } from "../../src/cli/status-lines.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { parseMountTable } from "../../src/linux/mount-table.ts";
import { otherMounts } from "../../src/mount/mount.ts";

const STRANGER = (process.geteuid?.() ?? 0) + 4_000_000;

/** Mounts of bsmount as mountinfo lists them. */
function table(...mounts: readonly (readonly [string, string])[]): string {
  const lines = mounts.map(
    ([at, options], id) =>
      `${id + 100} 28 0:${id + 50} / ${at} rw,nosuid shared:1 - fuse.bsmount bsmount rw,${options}`,
  );
  return `21 1 254:1 / / rw - ext4 /dev/vda1 rw,user_id=7\n${lines.join("\n")}\n`;
}

describe("bsmount status of mounts that are not in the registry of this user", () => {
  it("names their users, and touches no mount of another user", async () => {
    const text = table(
      ["/mnt/a\\040b", `user_id=${STRANGER},group_id=0`],
      ["/mnt/root", "allow_other,user_id=0,group_id=0"],
      ["/mnt/known", `user_id=${STRANGER},group_id=0`],
      ["/mnt/old", "group_id=0"],
    );
    const known = [{ mountPoint: "/mnt/known" }];
    const others = await otherMounts(known, neverAborted, parseMountTable(text));
    expect(others.filter(({ owner }) => owner?.uid !== 0)).toEqual([
      { mountPoint: "/mnt/a b", owner: { uid: STRANGER }, state: "unknown" },
      { mountPoint: "/mnt/old", owner: undefined, state: "unknown" },
    ]);
    const root = others.find(({ owner }) => owner?.uid === 0);
    expect(root?.owner).toEqual({ uid: 0, name: "root" });
    const lines = statusLines(
      [],
      [...others, { mountPoint: "/mnt/a b", owner: { uid: 0, name: "root" }, state: "unknown" }],
    );
    expect(lines).toContain(`/mnt/a b  mounted by user ${STRANGER}`);
    expect(lines).toContain("/mnt/old  mounted by another user");
    expect(lines.at(-1)).toBe("/mnt/a b  mounted by root (user 0)");
    expect(lines.join("\n")).not.toContain("dead");
  });
});

it("bsmount status shows how many bytes of the pending files BaseSpace lacks", () => {
  const mount = {
    mountPoint: "/mnt/m",
    pid: 1,
    apiServer: "https://api.example.test",
    user: "u",
    profile: "default",
    layout: "default",
    writeMode: "through",
    cacheDir: "/c",
    stagingDir: "/s",
    since: "2026-01-01T00:00:00.000Z",
    uploads: { pending: 2, failed: 1, held: 0, leftBytes: 3 * 1024 * 1024 },
  };
  expect(statusLines([mount], []).at(-1)).toBe(
    "/mnt/m  files not in BaseSpace yet: 2 pending, 3.0 MiB left, 1 failed",
  );
});
