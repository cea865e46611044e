import { describe, expect, it } from "vitest";
import { isListed, mountedOn, parseMountTable } from "../../src/linux/mount-table.ts";

const TABLE = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
41 27 0:39 / /mnt/a\\040b\\134c\\011d rw,nosuid,nodev - fuse.bsmount bsmount rw,user_id=0
42 27 0:40 / /mnt/a\\040b\\134c\\011d rw - tmpfs tmp rw
`;

describe("the mount table", () => {
  it("is read with and without optional fields", () => {
    expect(parseMountTable(TABLE).map(({ id, type, source }) => [id, type, source])).toEqual([
      [22, "proc", "proc"],
      [27, "ext4", "/dev/vda"],
      [41, "fuse.bsmount", "bsmount"],
      [42, "tmpfs", "tmp"],
    ]);
  });

  it("gives paths as they are, without the kernel's escapes", () => {
    expect(parseMountTable(TABLE)[2]).toMatchObject({
      device: "0:39",
      mountPoint: "/mnt/a b\\c\td",
    });
  });

  it("returns the topmost mount", () => {
    expect(mountedOn("/mnt/a b\\c\td", parseMountTable(TABLE))?.id).toBe(42);
    expect(mountedOn("/mnt", parseMountTable(TABLE))).toBeUndefined();
  });

  it("distinguishes a mount from a later one with its number or its device", () => {
    const entry = parseMountTable(TABLE)[2];
    if (entry === undefined) throw new Error("the table has four entries");
    expect(isListed(entry, TABLE)).toBe(true);
    expect(isListed({ ...entry, id: 4 }, TABLE)).toBe(false);
    expect(isListed({ ...entry, device: "0:3" }, TABLE)).toBe(false);
    expect(isListed(entry, TABLE.replace("41 27 0:39", "41 27 0:44"))).toBe(false);
    expect(isListed(entry, "")).toBe(false);
  });

  it("is empty for an empty text", () => {
    expect(parseMountTable("")).toEqual([]);
  });
});
