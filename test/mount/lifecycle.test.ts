import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readMountTable } from "../../src/linux/mount-table.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { listMounts, refreshAt, unmountAt } from "../../src/mount/mount.ts";
import { ShellSession } from "../helpers/shell-session.ts";
import { command, MOUNT_CHILD, MountedChild, MountPlace } from "../helpers/mount-for-test.ts";

/** How long a process may take to notice the end of its mount and to exit. */
const NOTICE_MS = 2_000;

async function expectGone(place: MountPlace, child: MountedChild): Promise<void> {
  const code = await Promise.race([child.exited, delay(NOTICE_MS, "still running")]);
  expect(code).toBe(0);
  expect(place.isMounted).toBe(false);
  expect(readdirSync(place.runtimeFolder)).toEqual([]);
  expect(readdirSync(place.mountPoint)).toEqual([]);
}

async function unmounted(
  place: MountPlace,
  options: { readonly lazy?: boolean } = {},
): Promise<void> {
  const { runtimeFolder, mountPoint } = place;
  const { lazy = false } = options;
  await unmountAt(mountPoint, { runtimeFolder, lazy, wait: true }, neverAborted);
}

async function failureOf(work: Promise<unknown>): Promise<BsmountError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BsmountError);
  return error as BsmountError;
}

/** Writes to the connection's abort file, in a mount of the control filesystem made for it. */
async function abortConnection(place: MountPlace): Promise<void> {
  const device = readMountTable().find((entry) => entry.mountPoint === place.mountPoint)?.device;
  const control = join(place.folder, "connections");
  mkdirSync(control);
  expect((await command("mount", "-t", "fusectl", "none", control)).stderr).toBe("");
  try {
    writeFileSync(join(control, device?.split(":")[1] ?? "", "abort"), "1");
  } finally {
    await command("umount", control);
  }
}

describe("however a mount ends, its process exits in time and leaves nothing", () => {
  const ends: Record<string, (place: MountPlace, child: MountedChild) => Promise<unknown>> = {
    "our unmount": async (place) => await unmounted(place),
    "fusermount -u": async (place) => await command("fusermount", "-u", place.mountPoint),
    umount: async (place) => await command("umount", place.mountPoint),
    "umount -l": async (place) => await command("umount", "-l", place.mountPoint),
    "an abort of the connection": async (place) => await abortConnection(place),
    SIGTERM: async (_place, child) => child.process.kill("SIGTERM"),
    SIGINT: async (_place, child) => child.process.kill("SIGINT"),
  };
  it.each(Object.keys(ends))("%s", async (name) => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    expect((await command("cat", join(place.mountPoint, "hello.txt"))).stdout).toBe("hello\n");
    await ends[name]?.(place, child);
    await expectGone(place, child);
  });
});

describe("a mount that is in use", () => {
  it("is not unmounted, and the holder is named", async () => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    const holder = spawn("sleep", ["60"], { cwd: join(place.mountPoint, "folder") });
    try {
      const error = await failureOf(unmounted(place));
      expect(error.reason).toBe("busy");
      expect(error.message).toContain(`${holder.pid} (sleep: cwd ${place.mountPoint}/folder)`);
      expect(place.isMounted).toBe(true);
      await unmounted(place, { lazy: true });
      expect(place.isMounted).toBe(false);
    } finally {
      holder.kill();
    }
    await expectGone(place, child);
  });

  it("[W14] waits at the first signal for open files, opens no new ones, detaches at the second, ends at the third", async () => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    await using reader = new ShellSession();
    await reader.run(`exec 3<"${join(place.mountPoint, "big.bin")}"`);
    const noticed = async (text: string): Promise<void> => {
      await expect.poll(() => child.notices.join(), { timeout: 20_000 }).toContain(text);
    };
    child.process.kill("SIGTERM");
    await noticed(`${reader.pid} (bash: file `);
    const refused = await command("cat", join(place.mountPoint, "hello.txt"));
    expect(refused.code).not.toBe(0);
    expect(place.isMounted).toBe(true);
    child.process.kill("SIGTERM");
    await noticed("is detached, and serves open files");
    expect(place.isMounted).toBe(false);
    expect(await reader.run("head -c 1000000 <&3 | wc -c")).toMatchObject({ output: "1000000" });
    child.process.kill("SIGTERM");
    await expectGone(place, child);
  });

  it("is unmounted by the first signal as soon as it is unused", async () => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    const holder = spawn("sleep", ["60"], { cwd: place.mountPoint });
    await delay(100);
    child.process.kill("SIGINT");
    await expect.poll(() => child.notices.length).toBe(1);
    holder.kill();
    await expectGone(place, child);
  });
});

describe("a mount whose process was killed", () => {
  it("is recovered by the next mount", async () => {
    await using place = await MountPlace.create();
    const first = await MountedChild.start(place.payload);
    await first.kill();
    expect((await command("ls", place.mountPoint)).stderr).toContain("not connected");
    await using second = await MountedChild.start(place.payload);
    expect((await command("cat", join(place.mountPoint, "hello.txt"))).stdout).toBe("hello\n");
    expect(place.log()).toContain("unmounted a dead mount");
    await unmounted(place);
    await expectGone(place, second);
  });

  it("is no longer listed, and can be unmounted", async () => {
    await using place = await MountPlace.create();
    const child = await MountedChild.start(place.payload);
    await child.kill();
    expect(await listMounts(place.runtimeFolder, neverAborted)).toEqual([]);
    expect(readdirSync(place.runtimeFolder)).toEqual([]);
    await unmounted(place);
    expect(place.isMounted).toBe(false);
  });
});

describe("the registry of live mounts", () => {
  it("lists mounts, with their users and start times", async () => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    const mounts = await listMounts(place.runtimeFolder, neverAborted);
    expect(mounts).toEqual([
      {
        mountPoint: place.mountPoint,
        pid: child.pid,
        apiServer: "https://api.example.test",
        user: "Test User",
        profile: "default",
        layout: "default",
        writeMode: "through",
        cacheDir: "/nowhere/cache",
        stagingDir: "/nowhere/staging",
        logFile: expect.any(String) as string,
        uploads: { pending: 0, failed: 0, held: 0, interrupted: 0, leftBytes: 0 },
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      },
    ]);
  });

  it("passes a refresh on, from SIGHUP too", async () => {
    await using place = await MountPlace.create();
    await using child = await MountedChild.start(place.payload);
    const { runtimeFolder } = place;
    await refreshAt(join(place.mountPoint, "x"), { runtimeFolder }, neverAborted);
    expect(existsSync(join(place.mountPoint, "refreshed-1"))).toBe(true);
    child.process.kill("SIGHUP");
    await expect
      .poll(() => existsSync(join(place.mountPoint, "refreshed-2")), { timeout: 5_000 })
      .toBe(true);
  });

  it("knows when nothing is mounted", async () => {
    await using place = await MountPlace.create();
    const error = await failureOf(unmounted(place));
    expect(error.reason).toBe("usage");
    expect(error.message).toContain("has nothing mounted on");
  });
});

describe("a mount point that cannot be used is refused with the reason", () => {
  const startOn = async (place: MountPlace, mountPoint: string): Promise<string> => {
    const error = await MountedChild.start({ ...place.payload, mountPoint }).catch(
      (thrown: unknown) => thrown,
    );
    return error instanceof Error ? error.message : "mounted";
  };

  it("missing, a file, not empty", async () => {
    await using place = await MountPlace.create();
    const at = (name: string): string => join(place.folder, name);
    writeFileSync(at("file"), "");
    mkdirSync(at("full/inner"), { recursive: true });
    expect(await startOn(place, at("missing"))).toContain("it does not exist");
    expect(await startOn(place, at("missing/deeper"))).toContain("cannot be reached");
    expect(await startOn(place, at("file"))).toContain("it is not a folder");
    expect(await startOn(place, at("full"))).toContain("the folder is not empty");
  });

  it("mounted already, by us", async () => {
    await using place = await MountPlace.create();
    await place.mount();
    expect(await startOn(place, place.mountPoint)).toContain("is already mounted by bsmount");
    expect(await startOn(place, join(place.mountPoint, "missing/deeper"))).toContain(
      `it is inside the mount on ${place.mountPoint}`,
    );
    const payload = { ...place.payload, runtimeFolder: join(place.folder, "other-run") };
    await expect(MountedChild.start(payload)).rejects.toThrow("is already mounted by bsmount");
  });

  it("the folder of our own cache", async () => {
    await using place = await MountPlace.create();
    const ownFolders = [join(place.mountPoint, "cache")];
    await expect(MountedChild.start({ ...place.payload, ownFolders })).rejects.toThrow(
      "which bsmount itself uses",
    );
  });

  it("but a symbolic link to a folder will do", async () => {
    await using place = await MountPlace.create();
    const link = join(place.folder, "link");
    symlinkSync(place.mountPoint, link);
    await using child = await MountedChild.start({ ...place.payload, mountPoint: link });
    expect(place.isMounted).toBe(true);
    const { runtimeFolder } = place;
    await unmountAt(link, { runtimeFolder, lazy: false, wait: true }, neverAborted);
    await expectGone(place, child);
  });
});

describe("a mount in the background", () => {
  const startDaemon = async (place: MountPlace, more: Record<string, unknown> = {}) => {
    const payload = JSON.stringify({ ...place.payload, ...more });
    const launcher = MOUNT_CHILD.replace("mount-child", "mount-daemon");
    return await command(
      "env",
      `MOUNT_CHILD=${payload}`,
      "BASESPACE_ACCESS_TOKEN=a-secret",
      process.execPath,
      "--import",
      "tsx",
      launcher,
    );
  };

  it("is live when the command returns, has left its parent, and logs to a private file", async () => {
    await using place = await MountPlace.create();
    const { stdout, stderr } = await startDaemon(place);
    expect(stderr).toBe("");
    const { pid } = JSON.parse(stdout) as { pid: number };
    expect((await command("cat", join(place.mountPoint, "hello.txt"))).stdout).toBe("hello\n");
    expect((await command("ps", "-o", "ppid=", "-p", String(pid))).stdout.trim()).toBe("1");
    const environment = (await command("cat", `/proc/${pid}/environ`)).stdout;
    expect(environment).toContain("UV_THREADPOOL_SIZE=16");
    expect(environment).toContain("MALLOC_MMAP_THRESHOLD_=1048576");
    expect(environment).not.toContain("BASESPACE_ACCESS_TOKEN");
    await unmounted(place);
    const state = (await command("ps", "-o", "stat=", "-p", String(pid))).stdout.trim();
    expect(state).toMatch(/^(Z.*)?$/);
    expect(place.log()).toContain('"msg":"unmounted"');
    expect((await command("stat", "-c", "%a", place.logFile)).stdout.trim()).toBe("600");
  });

  it("reports a failed start through its parent", async () => {
    await using place = await MountPlace.create();
    const { code, stderr } = await startDaemon(place, { failWith: "the token is not known" });
    expect(code).toBe(1);
    expect(stderr.trim()).toBe("the token is not known");
    expect(place.isMounted).toBe(false);
  });
});

describe("a machine without libfuse 2", () => {
  it("mounts with the library that came with the package", async () => {
    await using place = await MountPlace.create();
    // The loader takes the first library of that name, and this one it cannot load.
    writeFileSync(join(place.folder, "libfuse.so.2"), "");
    const hidden = { LD_LIBRARY_PATH: place.folder };
    await using child = await MountedChild.start(place.payload, hidden);
    const seen = join(place.mountPoint, "hello.txt");
    expect((await command("cat", seen)).stdout).toBe("hello\n");
    const maps = (await command("cat", `/proc/${child.pid}/maps`)).stdout;
    expect(maps).toContain("fuse-native/prebuilds/linux-x64/libfuse.so");
    child.process.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });
});
