import { describe, expect, it } from "vitest";
import { asMountCommand } from "../../src/cli/fstab.ts";

describe("a call by mount(8)", () => {
  it("becomes a mount command with the options as flags", () => {
    const argv = [
      "bsmount",
      "/mnt/bs",
      "-o",
      "rw,profile=lab,allow_other,memory-cache=64MiB,dev,suid",
    ];
    expect(asMountCommand(argv)).toEqual([
      "mount",
      "/mnt/bs",
      "--profile=lab",
      "--allow-other",
      "--memory-cache=64MiB",
    ]);
  });

  it("ignores options that mount and systemd handle", () => {
    const argv = ["bsmount", "/mnt/bs", "-n", "-v", "-o", "_netdev,x-systemd.automount,nofail,ro"];
    expect(asMountCommand(argv)).toEqual(["mount", "/mnt/bs", "--read-only"]);
  });

  it.each([
    ["noexec", ["--noexec"]],
    ["rw,noexec,nosuid,nodev,users", ["--noexec"]],
    ["noexec,exec", []],
    ["exec,noexec,dev,suid", ["--noexec"]],
    ["ro,rw", []],
    ["rw,ro", ["--read-only"]],
    ["defaults,noatime,relatime,nodiratime,nofail,noauto,user=joe,X-mount.mkdir", []],
    ["fsname=bsmount,subtype=bsmount,comment=ours", []],
  ] as const)("takes %s", (options, flags) => {
    const argv = ["bsmount", "/mnt/bs", "-o", options];
    expect(asMountCommand(argv)).toEqual(["mount", "/mnt/bs", ...flags]);
  });

  it.each(["sync", "dirsync", "strictatime", "mand", "remount", "fsname=other", "subtype=x"])(
    "refuses %s, which it does not support, and says what to do",
    (option) => {
      let thrown: unknown;
      try {
        asMountCommand(["bsmount", "/mnt/bs", "-o", `rw,${option}`]);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        reason: "usage",
        message: `mount option "${option}" is not supported`,
        remedy: expect.stringMatching(/^(leave it out|unmount)/),
      });
    },
  );

  it.each(["context=x", "nosymfollow", "bind"])("refuses %s, which it does not know", (option) => {
    expect(() => asMountCommand(["bsmount", "/mnt/bs", "-o", option])).toThrow(/is unknown/);
  });

  it("refuses an unknown option, so that a typing mistake is noticed", () => {
    expect(() => asMountCommand(["bsmount", "/mnt/bs", "-o", "memory_cahce=1GiB"])).toThrow(
      /"memory_cahce=1GiB" is unknown/,
    );
  });

  it("takes no other source than the one the kernel lists, so that mount -a knows its mount", () => {
    expect(() => asMountCommand(["basespace", "/mnt/bs", "-o", "ro"])).toThrow(/cannot be mounted/);
  });

  it("leaves ordinary command lines alone", () => {
    for (const argv of [["mount", "/mnt/bs", "--read-only"], ["ls", "bs:/", "bs:/runs"], []]) {
      expect(asMountCommand(argv)).toBe(argv);
    }
  });
});
