import { mkdir, symlink } from "node:fs/promises";
import { expect, it } from "vitest";
import { parseMountTable } from "../../src/linux/mount-table.ts";
import { checkStagingDisk } from "../../src/mount/staging-disk.ts";
import { tempDir } from "../helpers/temp-dir.ts";

/** As the kernel lists them. There is no NFS and no Lustre on the machines that run the tests. */
function tableWith(type: string, mountPoint: string): ReturnType<typeof parseMountTable> {
  return parseMountTable(
    [
      "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
      `22 21 0:40 / ${mountPoint} rw,relatime shared:2 - ${type} server:/export rw`,
      `23 22 0:41 / ${mountPoint}/local rw,relatime shared:3 - xfs /dev/sdb1 rw`,
    ].join("\n"),
  );
}

it.each([
  ["nfs", /is on NFS/],
  ["nfs4", /is on NFS/],
  ["lustre", /is on Lustre/],
  ["fuse.bsmount", /is in a mount of bsmount/],
])("[S4] nothing is staged on %s, wherever a link leads there", async (type, why) => {
  await using dir = await tempDir();
  const remote = dir.join("remote");
  await mkdir(dir.join("remote/local"), { recursive: true });
  await symlink(remote, dir.join("link"));
  const table = tableWith(type, remote);
  for (const place of [remote, `${remote}/new/staging`, dir.join("link/staging")]) {
    await expect(checkStagingDisk(place, table)).rejects.toThrow(why);
  }
  await checkStagingDisk(dir.join("remotely"), table);
  if (type !== "fuse.bsmount") await checkStagingDisk(`${remote}/local/staging`, table);
});
