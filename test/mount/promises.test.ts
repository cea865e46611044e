import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, statfs, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";
import { refuse, StoreServer } from "../helpers/store-server.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * What native-notes/semantics.md promises and only a kernel can show: error numbers as programs get them,
 * what stat and statfs say, and when a change elsewhere is seen. The store is this test's own.
 */

const MIB = 1024 * 1024;
const DATA = randomBytes(24 * MIB);
const FILES = "projects/P/appresults/A/files";
const TTL_MS = 2000;
/** Promised on top of the TTL, and what a loaded machine may add to it. */
const LATE_MS = 2000 + 5000;

/** Prints the name of the errno of a Python expression, or its value. */
const EVALUATE = `
import errno, mmap, os, sys, zlib
d = os.fsencode(sys.argv[1]) + b"/"
def fd(name, flags=os.O_RDONLY): return os.open(d + name, flags)
try: print(eval(sys.argv[2]))
except OSError as e: print(errno.errorcode[e.errno])
`;

let dir: TempDir;
let store: StoreServer;
let product: Product;

beforeAll(async () => {
  dir = await tempDir();
  store = await StoreServer.start(DATA);
  const files = [
    { path: "data.bin", content: { size: DATA.length, seed: "any" } },
    { path: "one.txt", content: "1" },
    { path: "cold.bam", content: "cold", archived: true },
  ];
  const catalog = { projects: [{ name: "P", appResults: [{ name: "A", files }] }] };
  await writeFile(dir.join("catalog.json"), JSON.stringify(catalog));
  const storeUrl = store.link("/").origin;
  product = await startProduct({
    emulatorArgs: ["--catalog", dir.join("catalog.json"), "--object-store-url", storeUrl],
    mountArgs: ["--metadata-ttl", `${TTL_MS}ms`],
  });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

async function python(expression: string, folder = FILES): Promise<string> {
  const place = `${product.mountPoint}/${folder}`;
  const { stdout, stderr } = await runCommand("python3", ["-c", EVALUATE, place, expression]);
  expect(stderr).toBe("");
  return stdout.trim();
}

async function ask(path: string, method: string, body?: unknown): Promise<void> {
  const headers = {
    authorization: `Bearer ${product.emulator.accessToken}`,
    "content-type": "application/json",
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(product.emulator.apiServer + path, { method, headers, ...sent });
  expect(response.ok).toBe(true);
}

async function withFault<T>(rule: string, work: () => Promise<T>): Promise<T> {
  await ask("/__faults", "POST", [rule]);
  try {
    return await work();
  } finally {
    await ask("/__faults", "DELETE");
  }
}

/** The one log below the state folder. */
async function logFile(): Promise<string> {
  const { stdout } = await runCommand("find", [product.dir.join("state"), "-name", "*.log"]);
  return stdout.trim().split("\n")[0] ?? "";
}

async function makeProject(name: string): Promise<void> {
  await ask("/v1pre3/projects", "POST", { name });
}

describe("programs get the error number of the contract", () => {
  it.each([
    ["ENOENT", "what is not there", 'os.stat(d + b"none")'],
    ["ENAMETOOLONG", "a name of 256 bytes", 'os.stat(d + b"x" * 256)'],
    ["ENOTDIR", "a name below a file", 'os.stat(d + b"one.txt/x")'],
    ["EISDIR", "reading a directory", "os.read(os.open(d, os.O_RDONLY), 1)"],
    ["EROFS", "creating", 'fd(b"new", os.O_CREAT | os.O_WRONLY)'],
    ["EROFS", "opening for writing", 'fd(b"one.txt", os.O_RDWR)'],
    ["EROFS", "truncating", 'os.truncate(d + b"one.txt", 0)'],
    ["EROFS", "removing", 'os.unlink(d + b"one.txt")'],
    ["EROFS", "removing a folder", "os.rmdir(d)"],
    ["EROFS", "renaming", 'os.rename(d + b"one.txt", d + b"two.txt")'],
    ["EROFS", "changing the mode", 'os.chmod(d + b"one.txt", 0o600)'],
    ["EROFS", "changing the owner", 'os.chown(d + b"one.txt", 1, 1)'],
    ["EROFS", "changing the time", 'os.utime(d + b"one.txt", (1, 1))'],
    ["EINVAL", "a new folder with a ／ in its name", 'os.mkdir(d + "a／b".encode())'],
    ["EINVAL", "a new project with a space at an end", 'os.mkdir(d + b"../../../../new ")'],
    ["EPERM", "a hard link", 'os.link(d + b"one.txt", d + b"two.txt")'],
    ["EPERM", "a symbolic link", 'os.symlink(b"one.txt", d + b"two.txt")'],
    ["EPERM", "a fifo", 'os.mkfifo(d + b"pipe")'],
    ["EROFS", "setting an attribute", 'os.setxattr(d + b"one.txt", "user.x", b"1")'],
    ["EPERM", "setting a fact", 'os.setxattr(d + b"one.txt", "user.basespace.id", b"1")'],
  ])("[E1] %s for %s", async (errno, _what, expression) => {
    expect(await python(expression)).toBe(errno);
  });

  it("[E1] [N8] ENOENT for a name that is not UTF-8, EILSEQ for making one", async () => {
    expect(await python(String.raw`os.stat(d + b"a\xff")`)).toBe("ENOENT");
    expect(await python(String.raw`os.mkdir(d + b"a\xff")`)).toBe("EILSEQ");
  });

  it("[E1] [R6] ENODATA for archived content, of which `cp` then makes no copy", async () => {
    expect(await python('fd(b"cold.bam")')).toBe("ENODATA");
    const copy = product.dir.join("cold.bam");
    const { code, stderr } = await product.shell(`cp cold.bam '${copy}'`, FILES);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/No data available/);
    expect(existsSync(copy)).toBe(false);
  });

  it("[E1] [A6] ENODATA for an attribute that is not set, ENOTSUP for other namespaces", async () => {
    expect(await python('os.getxattr(d + b"one.txt", "user.x")')).toBe("ENODATA");
    for (const name of ["security.x", "system.posix_acl_access"]) {
      expect(await python(`os.getxattr(d + b"one.txt", "${name}")`)).toBe("ENOTSUP");
    }
    expect(await python('os.listxattr(d + b"one.txt")')).toBe("[]");
  });

  it.each([
    ["EACCES", "status=403"],
    ["EACCES", "status=401"],
    ["EIO", "status=400"],
    ["EIO", "status=501"],
  ])("[E1] %s for a read that the service returns %s", async (errno, fault) => {
    const read = async () => await python('os.pread(fd(b"data.bin"), 1, 0)');
    const rule = `GET /v1pre3/files/*/content ${fault}`;
    expect(await withFault(rule, read)).toBe(errno);
  });

  it("[E4] and the log has each failure once, for many repetitions", async () => {
    const reads = '[os.path.exists(d + b"none")] + [os.pread(fd(b"data.bin"), 1, 5 << 20)]';
    const rule = "GET /v1pre3/files/*/content status=403";
    for (let tries = 0; tries < 3; tries += 1) await withFault(rule, async () => python(reads));
    const { stdout } = await runCommand("cat", [await logFile()]);
    const failures = stdout.split("\n").filter((line) => line.includes('"failed"'));
    const reading = failures.filter((line) => line.includes('"errno":13'));
    expect(reading).toHaveLength(1);
    expect(JSON.parse(reading[0] ?? "")).toMatchObject({
      operation: "read",
      path: `/${FILES}/data.bin`,
    });
    expect(reading[0]).toMatch(/BASESPACE\.[A-Z_.]+, request \S+/);
    expect(failures.join("\n")).not.toContain("none");
  });

  it("[E1] [R3] ESTALE for content that changed under an open file, and the new to a new open", async () => {
    const program = `
import errno, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
os.pread(fd, 1, 0)
print("open", flush=True)
sys.stdin.readline()
try: print(os.pread(fd, 1, 20 << 20))
except OSError as e: print(errno.errorcode[e.errno])
print(os.pread(os.open(sys.argv[1], os.O_RDONLY), 2, 20 << 20).hex())
`;
    const file = `${product.mountPoint}/${FILES}/data.bin`;
    const child = spawn("python3", ["-c", program, file], { timeout: 60_000 });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => child.once("close", resolve));
    await expect.poll(() => said, { timeout: 20_000 }).toContain("open");
    store.etag = "another";
    child.stdin.end("\n");
    await ended;
    const bytes = DATA.subarray(20 * MIB, 20 * MIB + 2).toString("hex");
    expect(said.split("\n")).toEqual(["open", "ESTALE", bytes, ""]);
  });

  it("[R2] EIO, and no byte, when the store always refuses", async () => {
    store.next(...Array.from({ length: 64 }, () => refuse(501, "NotImplemented")));
    expect(await python('os.pread(fd(b"data.bin"), 1, 9 << 20)')).toBe("EIO");
    store.reset();
    const crc = 'zlib.crc32(os.pread(fd(b"data.bin"), 1 << 20, 9 << 20))';
    expect(await python(crc)).toBe(String(crc32(DATA.subarray(9 * MIB, 10 * MIB))));
  });
});

describe("programs see", () => {
  it("[A2] sizes, blocks and block sizes as on ext4", async () => {
    const stat = "[(s.st_size, s.st_blocks, s.st_blksize, s.st_nlink) for s in map(os.stat, %)]";
    const names = '[d, d + b"one.txt", d + b"data.bin"]';
    expect(await python(stat.replace("%", names))).toBe(
      `[(4096, 8, 131072, 1), (1, 8, 131072, 1), (${DATA.length}, ${DATA.length / 512}, 131072, 1)]`,
    );
  });

  it("[A7] the room of the staging disk, and names of 255 bytes", async () => {
    const program =
      "(lambda s: (s.f_frsize, s.f_blocks, s.f_namemax, s.f_bavail > 0))(os.statvfs(d))";
    const { blocks, bsize } = await statfs(product.dir.path);
    const totalBlocks = Math.floor((blocks * bsize) / MIB);
    expect(await python(program)).toBe(`(${MIB}, ${totalBlocks}, 255, True)`);
  });

  it("[R4] the bytes by mmap, by O_DIRECT, and none behind the end", async () => {
    const mapped = 'mmap.mmap(fd(b"data.bin"), 0, prot=mmap.PROT_READ)';
    expect(await python(`zlib.crc32(${mapped})`)).toBe(String(crc32(DATA)));
    const direct = 'os.preadv(fd(b"data.bin", os.O_RDONLY | os.O_DIRECT), [m], 1 << 20)';
    const sum = `[(${direct}, zlib.crc32(m)) for m in [mmap.mmap(-1, 1 << 20)]]`;
    expect(await python(sum)).toBe(`[(${MIB}, ${crc32(DATA.subarray(MIB, 2 * MIB))})]`);
    expect(await python('os.pread(fd(b"data.bin"), 10, 1 << 33)')).toBe("b''");
  });
});

describe("a change made elsewhere", () => {
  it("[F1] shows after the TTL and at most 2 s, also a name that was asked for before", async () => {
    const seen = async (): Promise<boolean[]> => {
      const listed = await product.shell("ls", "projects");
      const found = await product.shell("stat -c %n New", "projects");
      return [listed.stdout.includes("New"), found.code === 0];
    };
    expect(await seen()).toEqual([false, false]);
    const made = performance.now();
    await makeProject("New");
    const timeout = TTL_MS + LATE_MS;
    await expect.poll(seen, { timeout, interval: 100 }).toEqual([true, true]);
    expect(performance.now() - made).toBeLessThan(timeout);
  });

  it("[F3] shows at once after a SIGHUP", async () => {
    const at = product.dir.join("patient");
    await mkdir(at);
    const mounted = await product.bsmount(["mount", at, "--metadata-ttl", "1h"]);
    expect(mounted).toMatchObject({ code: 0, stderr: "" });
    const list = async (): Promise<CommandOutcome> =>
      await runCommand("timeout", ["20", "ls", `${at}/projects`]);
    try {
      expect((await list()).stdout).not.toContain("Later");
      await makeProject("Later");
      await delay(1500);
      expect((await list()).stdout).not.toContain("Later");
      process.kill(Number(/process (\d+)/.exec(mounted.stdout)?.[1]), "SIGHUP");
      const listed = async (): Promise<string> => (await list()).stdout;
      await expect.poll(listed, { timeout: LATE_MS, interval: 100 }).toContain("Later");
    } finally {
      await product.bsmount(["unmount", "--lazy", at]);
    }
  });
});
