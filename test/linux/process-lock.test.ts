import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chown, readdir, rename, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockOwner, takeLock } from "../../src/linux/process-lock.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

const MODULE = fileURLToPath(new URL("../../src/linux/process-lock.ts", import.meta.url));

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(async () => await dir[Symbol.asyncDispose]());

const lockId = (key = "key") => ({ folder: dir.path, key });

/** The same as another process sees it: by this path this one does not know what it has itself. */
const outside = () => ({ ...lockId(), folder: `${dir.path}/.` });

/** A process that runs `program`, which can take locks. */
function run(program: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const whole = `const { takeLock } = await import(${JSON.stringify(MODULE)}); ${program}`;
  const args = ["--import", "tsx", "--input-type=module", "-e", whole];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The name of the claim that a lock taken here has. */
async function claimOf(key: string): Promise<string> {
  const before = new Set(await readdir(dir.path));
  const lock = await takeLock(lockId(key));
  const claim = (await readdir(dir.path)).find(
    (name) => !before.has(name) && !name.endsWith("held"),
  );
  if (lock === undefined || claim === undefined) throw new Error("no lock");
  await lock[Symbol.asyncDispose]();
  return claim;
}

it("belongs to one process at a time, and has its number", async () => {
  const lock = await takeLock(lockId());
  expect(lock).toBeDefined();
  expect(await takeLock(lockId())).toBeUndefined();
  const other = await takeLock(lockId("other"));
  expect(other).toBeDefined();
  expect(await lockOwner(lockId())).toBe(process.pid);
  await lock?.[Symbol.asyncDispose]();
  expect(await lockOwner(lockId())).toBeUndefined();
  const again = await takeLock(lockId());
  expect(again).toBeDefined();
  await again?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  expect(await readdir(dir.path)).toEqual([]);
});

it("of another process is kept while that is stopped, and released when it is killed", async () => {
  const other = run(`
    const lock = await takeLock(${JSON.stringify(lockId())});
    console.log(lock === undefined ? "none" : "held");
    setInterval(() => {}, 1000);
  `);
  try {
    const [said] = (await once(other.stdout, "data")) as [Buffer];
    expect(said.toString().trim()).toBe("held");
    expect(await takeLock(lockId())).toBeUndefined();
    expect(await lockOwner(lockId())).toBe(other.pid);
    other.kill("SIGSTOP");
    expect(await takeLock(lockId())).toBeUndefined();
    expect(await lockOwner(lockId())).toBe(other.pid);
  } finally {
    await end(other);
  }
  expect(await lockOwner(lockId())).toBeUndefined();
  const lock = await takeLock(lockId());
  expect(lock).toBeDefined();
  await lock?.[Symbol.asyncDispose]();
  expect(await readdir(dir.path)).toEqual([]);
});

it("is never held by two, however many try, and always by one of those that try at once", async () => {
  const mine = Array.from({ length: 8 }, async () => await takeLock(lockId()));
  const taken = (await Promise.all(mine)).filter((lock) => lock !== undefined);
  expect(taken).toHaveLength(1);
  await taken[0]?.[Symbol.asyncDispose]();
  const contender = `
    const { closeSync, openSync, unlinkSync } = await import("node:fs");
    let taken = 0;
    for (let turn = 0; turn < 400; turn += 1) {
      const lock = await takeLock(${JSON.stringify(lockId("shared"))});
      if (lock === undefined) continue;
      taken += 1;
      closeSync(openSync(${JSON.stringify(dir.join("inside"))}, "wx"));
      await new Promise((resolve) => setImmediate(resolve));
      unlinkSync(${JSON.stringify(dir.join("inside"))});
      await lock[Symbol.asyncDispose]();
    }
    console.log(taken);
  `;
  const contenders = [run(contender), run(contender), run(contender)];
  const counts = contenders.map(async (child) => {
    const said: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => said.push(piece));
    const [code] = (await once(child, "exit")) as [number | null];
    return { code, taken: Number(Buffer.concat(said).toString()) };
  });
  for (const { code, taken: times } of await Promise.all(counts)) {
    expect(code).toBe(0);
    expect(times).toBeGreaterThan(0);
  }
  expect(await readdir(dir.path)).toEqual([]);
}, 60_000);

describe("another user", () => {
  it("cannot block a lock with sockets of any name", async () => {
    // Where locks once were: an abstract socket, which every user of the machine can make.
    const server = createServer();
    const digest = createHash("sha256").update(lockId().key).digest("hex");
    server.listen(`\0bsmount-${digest}`);
    await once(server, "listening");
    try {
      const lock = await takeLock(lockId());
      expect(lock).toBeDefined();
      await lock?.[Symbol.asyncDispose]();
    } finally {
      server.close();
    }
  });

  it.runIf(process.geteuid?.() === 0)("does not with claims in this user's folder", async () => {
    const lock = await takeLock(lockId());
    const names = await readdir(dir.path);
    for (const name of names) await chown(dir.join(name), 12_345, 12_345);
    expect(await lockOwner(outside())).toBeUndefined();
    const other = await takeLock(outside());
    expect(other).toBeDefined();
    await other?.[Symbol.asyncDispose]();
    // And they stay: they are not this user's to remove.
    expect(await readdir(dir.path)).toEqual(names);
    await lock?.[Symbol.asyncDispose]();
  });
});

describe("a claim", () => {
  // name, order, process, its start, host, machine, boot, namespace of processes
  it.each([
    ["of a process whose number was used again", 3, "1", "removed"],
    ["of an earlier start of this machine", 6, "other", "removed"],
    ["of a container with processes of its own", 7, "other", "ignored"],
  ])("%s keeps nobody out", async (_what, field, value, outcome) => {
    const fields = (await claimOf("key")).split("~");
    const name = fields.with(field, value).join("~");
    const lock = await takeLock(lockId());
    const mine = (await readdir(dir.path)).find((held) => !held.endsWith(".held")) ?? "";
    await rename(dir.join(mine), dir.join(name));
    // However old it is: a mount lives for weeks.
    await utimes(dir.join(name), 1, 1);
    expect(await lockOwner(outside())).toBeUndefined();
    expect((await readdir(dir.path)).includes(name)).toBe(outcome === "ignored");
    await lock?.[Symbol.asyncDispose]();
  });

  it("of a process that has ended is removed when any lock is taken", async () => {
    const fields = (await claimOf("key")).split("~");
    const name = fields.with(3, "1").join("~");
    await writeFile(dir.join(name), "");
    await writeFile(dir.join(`${name}.held`), "");
    expect(await lockOwner(lockId("other"))).toBeUndefined();
    expect(await readdir(dir.path)).toEqual([]);
  });

  it("with an invalid name is ignored", async () => {
    const fields = (await claimOf("key")).split("~");
    const bad = [fields.slice(0, 2), fields.slice(0, 7), [...fields, "more"]];
    for (const names of bad) await writeFile(dir.join(names.join("~")), "");
    expect(await lockOwner(outside())).toBeUndefined();
    expect(await readdir(dir.path)).toHaveLength(bad.length);
  });
});
