import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountedOn } from "../../src/linux/mount-table.ts";
import { READ_AHEAD_KIB } from "../../src/fuse/read-ahead.ts";
import { BIG_BYTES, MANY_FILES, NAMES, seededBytes } from "../helpers/mount-content.ts";
import { command, MountPlace } from "../helpers/mount-for-test.ts";

let place: MountPlace;
let at: (name: string) => string;

beforeAll(async () => {
  place = await MountPlace.create();
  await place.mount({ slowMs: 300 });
  at = (name) => join(place.mountPoint, name);
});

afterAll(async () => {
  await place?.[Symbol.asyncDispose]();
});

async function output(program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(program, ...args);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

async function complaint(program: string, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await command(program, ...args);
  expect(code).not.toBe(0);
  return stderr;
}

describe("reading through the kernel", () => {
  it("lists a folder with . and .., types, sizes and dates", async () => {
    const lines = (await output("ls", "-la", "--time-style=+%F", at(""))).split("\n");
    const shown = (name: string): string => lines.find((line) => line.endsWith(name)) ?? "";
    expect(shown(" .")).toMatch(/^drwxr-xr-x 1 /);
    expect(lines.some((line) => line.endsWith(" .."))).toBe(true);
    expect(shown("hello.txt")).toMatch(/^-rw-r--r-- 1 .* 6 2024-02-29 hello.txt$/);
    expect(shown("deep.txt")).toMatch(/^lrwxrwxrwx .* link -> folder\/inner\/deep.txt$/);
  });

  it("gives the right bytes to cat, through a symlink too", async () => {
    expect(await output("cat", at("hello.txt"), at("empty"), at("link"))).toBe("hello\ndeep\n");
  });

  it("gives the right bytes to buffered, direct and small reads of a big file", async () => {
    const copy = join(place.folder, "copy");
    const expected = join(place.folder, "expected");
    writeFileSync(expected, seededBytes(BIG_BYTES));
    for (const flags of [["bs=1M"], ["bs=1M", "iflag=direct"], ["bs=4097"]]) {
      await command("dd", `if=${at("big.bin")}`, `of=${copy}`, "status=none", ...flags);
      expect(await output("cmp", copy, expected)).toBe("");
    }
  });

  it("returns inode, block size and times of the file system from stat", async () => {
    const stat = await output("stat", "--format=%F %s %h %o %Y %i", at("big.bin"));
    const [, size, links, blockSize, mtime, ino] =
      /(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(stat.trim()) ?? [];
    expect([size, links, blockSize, mtime]).toEqual([
      String(BIG_BYTES),
      "1",
      String(1024 * 1024),
      String(Date.UTC(2024, 1, 29) / 1000),
    ]);
    const listed = await output("ls", "-i", at("big.bin"));
    expect(listed.trim().split(" ")[0]).toBe(ino);
  });

  it("lets find tell files from folders in a big directory", async () => {
    const found = await output("find", at("many"), "-type", "f");
    expect(found.trim().split("\n")).toHaveLength(MANY_FILES);
  });

  it("keeps every name exact, up to 255 bytes", async () => {
    for (const name of NAMES) expect(await output("cat", at(`names/${name}`))).toBe(name);
    const listed = await output("find", at("names"), "-type", "f", "-printf", "%f\\0");
    expect(listed.split("\0").filter((name) => name !== "")).toEqual(
      expect.arrayContaining([...NAMES]),
    );
    expect(await complaint("cat", at("x".repeat(256)))).toContain("File name too long");
  });

  it("returns ENOENT for missing names and ENOTDIR below a file", async () => {
    expect(await complaint("cat", at("nowhere"))).toContain("No such file or directory");
    expect(await complaint("cat", at("hello.txt/x"))).toContain("Not a directory");
  });

  it("reports the size of the filesystem in df", async () => {
    const lines = (await output("df", "-B1M", "--output=size,avail", at(""))).trim().split("\n");
    expect(lines.at(-1)?.trim().split(/\s+/)).toEqual(["4096", "1024"]);
  });
});

describe("extended attributes through the kernel", () => {
  it("lists and reads user attributes of any length", async () => {
    const dump = await output("getfattr", "--absolute-names", "-d", at("hello.txt"));
    expect(dump).toContain('user.basespace.id="42"');
    expect(dump).toContain(`user.long="${"x".repeat(4096)}"`);
  });

  it("returns ERANGE for a short buffer, so that the caller tries again", async () => {
    const script = "import os,sys; print(len(os.getxattr(sys.argv[1], 'user.long')))";
    expect(await output("python3", "-c", script, at("hello.txt"))).toBe("4096\n");
  });

  it("says ENODATA for an absent user attribute and ENOTSUP for every other namespace", async () => {
    const get = async (name: string): Promise<string> =>
      await complaint("getfattr", "-n", name, at("hello.txt"));
    expect(await get("user.absent")).toContain("No such attribute");
    expect(await get("security.capability")).toContain("Operation not supported");
    expect(await get("trusted.x")).toContain("Operation not supported");
    expect(await complaint("setfattr", "-n", "trusted.x", "-v", "1", at("hello.txt"))).toContain(
      "Operation not supported",
    );
  });
});

describe("changes through the kernel", () => {
  it.each([
    ["creating a file", "Read-only file system", "touch", ["new"]],
    ["making a folder", "Read-only file system", "mkdir", ["new"]],
    ["renaming", "Read-only file system", "mv", ["hello.txt", "other"]],
    ["overwriting", "Read-only file system", "truncate", ["hello.txt"]],
    ["changing the mode", "Read-only file system", "chmod", ["hello.txt"]],
    ["unlinking", "Operation not permitted", "rm", ["hello.txt"]],
    ["removing a folder", "Operation not permitted", "rmdir", ["folder"]],
    ["linking", "Operation not permitted", "ln", ["hello.txt", "other"]],
    ["a symlink", "Operation not permitted", "ln-s", ["target", "other"]],
    ["a fifo", "Operation not permitted", "mkfifo", ["fifo"]],
  ])("refuses %s with %s", async (_what, message, tool, names) => {
    const first: Record<string, readonly string[]> = {
      truncate: ["-s", "0"],
      chmod: ["600"],
      rm: ["-f"],
      "ln-s": ["-s"],
    };
    const program = tool === "ln-s" ? "ln" : tool;
    expect(await complaint(program, ...(first[tool] ?? []), ...names.map(at))).toContain(message);
  });
});

describe("the mount itself", () => {
  it("is listed as fuse.bsmount with the source bsmount", async () => {
    const listed = await output("findmnt", "-t", "fuse.bsmount", "-no", "SOURCE", place.mountPoint);
    expect(listed.trim()).toBe("bsmount");
    expect(mountedOn(place.mountPoint)?.type).toBe("fuse.bsmount");
  });

  it.runIf(process.geteuid?.() === 0)("has the read-ahead that root can give it", async () => {
    await output("stat", place.mountPoint);
    const device = mountedOn(place.mountPoint)?.device ?? "";
    const readAhead = readFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, "utf8");
    expect(Number(readAhead)).toBe(READ_AHEAD_KIB);
  });

  it("serves others while a read is slow", async () => {
    const ended: string[] = [];
    const slow = command("dd", `if=${at("slow/slow.bin")}`, "of=/dev/null", "bs=4k", "count=1");
    const noted = slow.then(() => ended.push("slow"));
    await output("stat", at("hello.txt"));
    ended.push("stat");
    await noted;
    expect(ended).toEqual(["stat", "slow"]);
    expect((await slow).code).toBe(0);
  });
});

it("[E3] a read that takes longer than the deadline fails with ETIMEDOUT", async () => {
  await using place = await MountPlace.create();
  await place.mount({ slowMs: 30_000, deadlineMs: 300 });
  const { stderr } = await command("cat", join(place.mountPoint, "slow/slow.bin"));
  expect(stderr).toContain("timed out");
});

it("has no deadline for setting an attribute, which may finish files", async () => {
  await using place = await MountPlace.create();
  await place.mount({ slowMs: 1_500, deadlineMs: 300 });
  const name = ["-n", "user.bsmount.status", "-v", "complete"];
  expect(await command("setfattr", ...name, join(place.mountPoint, "hello.txt"))).toMatchObject({
    code: 0,
    stderr: "",
  });
});

it("refuses writes in the kernel when it is mounted read-only", async () => {
  await using place = await MountPlace.create();
  await place.mount({ readOnly: true });
  const { stderr } = await command("rm", "-f", join(place.mountPoint, "hello.txt"));
  expect(stderr).toContain("Read-only file system");
});

it("[A5] lets others in with allowOther, and the kernel checks their permissions", async () => {
  await using place = await MountPlace.create();
  await command("chmod", "755", place.folder);
  await place.mount({ allowOther: true });
  const asNobody = async (...args: readonly string[]) =>
    await command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...args);
  expect((await asNobody("cat", join(place.mountPoint, "hello.txt"))).stdout).toBe("hello\n");
  const { stderr } = await asNobody("touch", join(place.mountPoint, "new"));
  expect(stderr).toContain("Permission denied");
});
