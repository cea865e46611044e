import { expect, it } from "vitest";
import type { MountOptions } from "../../src/fuse/driver.ts";
import { bindingOptions } from "../../src/fuse/mount-options.ts";

const OPTIONS: MountOptions = {
  mountPoint: "/mnt/x,evil",
  readOnly: false,
  allowOther: false,
  noexec: false,
  attributeTtlMs: 1000,
  negativeTtlMs: 1500,
  maxBackground: 9,
  deadlineMs: 1,
};

it("appends options that the binding lacks to the name", () => {
  expect(bindingOptions(OPTIONS)).toEqual({
    timeout: false,
    fsname:
      "bsmount,big_writes,use_ino,atomic_o_trunc,noatime,max_background=9,congestion_threshold=6,negative_timeout=1.500",
    subtype: "bsmount",
    autoCache: true,
    attrTimeout: "1.000",
    entryTimeout: "1.000",
  });
});

it("is read-only only on request", () => {
  expect(bindingOptions({ ...OPTIONS, readOnly: true }).fsname).toMatch(/,ro$/);
});

it("forbids running programs only on request", () => {
  expect(bindingOptions(OPTIONS).fsname).not.toContain("exec");
  expect(bindingOptions({ ...OPTIONS, noexec: true }).fsname).toMatch(/,noexec$/);
});

it("[A5] allows other users only together with the kernel's permission checks", () => {
  expect(bindingOptions({ ...OPTIONS, allowOther: true })).toMatchObject({
    allowOther: true,
    defaultPermissions: true,
  });
});

it("puts nothing but words and numbers into the option text", () => {
  const odd = { ...OPTIONS, maxBackground: 1e9, negativeTtlMs: -5, attributeTtlMs: 0 };
  const options = bindingOptions(odd);
  expect(options.fsname).toMatch(/^[a-z_]+(,[a-z_]+(=[\d.]+)?)+$/);
  expect(options.fsname).toContain("max_background=65535");
  expect(options.fsname).toContain("negative_timeout=0.000");
  expect(options.attrTimeout).toBe("0.000");
});
