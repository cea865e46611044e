import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import { isLibfuseLoaded } from "../../src/fuse/load-binding.ts";
import { checkFuseSupport, findOnPath, type FuseSupport } from "../../src/fuse/preflight.ts";

let folder: string;
let machine: FuseSupport;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bsmount-test-"));
  machine = {
    device: "/dev/null",
    configuration: join(folder, "fuse.conf"),
    path: `/nowhere::${folder}`,
    root: false,
    descriptors: 1024,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

function remedyOf(changes: Partial<FuseSupport>, allowOther = false): string | undefined {
  try {
    checkFuseSupport({ ...machine, ...changes }, { allowOther });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(BsmountError);
    expect((error as BsmountError).reason).toBe("environment");
    return (error as BsmountError).remedy;
  }
}

function addCommand(mode: number): void {
  writeFileSync(join(folder, "fusermount"), "");
  chmodSync(join(folder, "fusermount"), mode);
}

it("says how to get a device that is missing or not there", () => {
  expect(remedyOf({ device: join(folder, "fuse"), root: true })).toContain("modprobe fuse");
});

it("wants fusermount from those who are not root", () => {
  expect(remedyOf({})).toBe("apt-get install fuse3");
  expect(remedyOf({ root: true })).toBeUndefined();
  addCommand(0o644);
  expect(findOnPath("fusermount", machine.path)).toBeUndefined();
  addCommand(0o755);
  expect(remedyOf({})).toBeUndefined();
  expect(findOnPath("fusermount", machine.path)).toBe(join(folder, "fusermount"));
});

it("wants descriptors for more than a few files", () => {
  expect(remedyOf({ root: true, descriptors: 127 })).toContain("ulimit -n");
  expect(remedyOf({ root: true, descriptors: 128 })).toBeUndefined();
});

it("wants user_allow_other for --allow-other without root", () => {
  addCommand(0o755);
  expect(remedyOf({}, true)).toContain("user_allow_other");
  writeFileSync(machine.configuration, "# user_allow_other\n");
  expect(remedyOf({}, true)).toContain("user_allow_other");
  writeFileSync(machine.configuration, "mount_max = 5\nuser_allow_other\n");
  expect(remedyOf({}, true)).toBeUndefined();
});

it("finds libfuse 2 in a memory map, the system's and the package's, and no libfuse 3", () => {
  expect(isLibfuseLoaded("7f r-xp 0 fe:00 5 /usr/lib/x86_64-linux-gnu/libfuse.so.2.9.9\n")).toBe(
    true,
  );
  expect(isLibfuseLoaded("7f r-xp 0 fe:00 5 /x/prebuilds/linux-x64/libfuse.so\n")).toBe(true);
  expect(isLibfuseLoaded("7f r-xp 0 fe:00 5 /usr/lib/libfuse3.so.3.14.0\n")).toBe(false);
});
