import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type Product, startProduct } from "./product.ts";
import { tempDir } from "./temp-dir.ts";

export interface CrashLoopOptions {
  /** How often something is killed. */
  readonly kills: number;
  readonly seed: number;
}

const WRITER = fileURLToPath(new URL("../mount/programs/crash-writer.mjs", import.meta.url));
const RESULTS = "projects/Phage lambda/appresults";
const WRITERS = 3;
/** An acknowledgement that is younger than this may not be in the journal yet when the process is killed. */
const RECORD_MS = 100;

interface WriterEvent {
  readonly event:
    | "begun"
    | "done"
    | "failed"
    | "kept"
    | "moved"
    | "moving"
    | "removed"
    | "unlinked"
    | "unlinking";
  readonly name: string;
  /** Of `moving` and `moved`: the name after it. */
  readonly to?: string;
  readonly size?: number;
  readonly sha256?: string;
}

interface RemoteFile {
  readonly Id: string;
  readonly Path: string;
  readonly Size: number;
  readonly UploadStatus?: string;
}

interface LoggedRequest {
  /** When it came in, ISO 8601. */
  readonly time: string;
  /** How long it took, milliseconds. */
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/**
 * Programs write files to a mount that is killed at random moments, and mounted again; sometimes the service is killed
 * instead, or too. In the end every file that a program has closed without an error is in BaseSpace, once and with its
 * bytes; no file there lacks any; what was removed or renamed is not shown under its old name; and what was acknowledged
 * before a kill was not sent again.
 */
export async function crashLoop({ kills, seed }: CrashLoopOptions): Promise<void> {
  console.log(`crash loop: CRASH_SEED=${seed}, ${kills} kills`);
  const random = randomOf(seed);
  await using data = await tempDir();
  await using product = await startProduct({
    emulatorArgs: ["--data", data.join("emulator")],
    mountArgs: null,
  });
  await product.newResult("crashed");
  let pid = await mount(product);
  const folder = `${product.mountPoint}/${RESULTS}/crashed/files`;
  const writers = Array.from({ length: WRITERS }, (_, at) => {
    return startWriter(folder, `w${at + 1}`, Math.floor(random() * 2 ** 31) + 1);
  });
  const killedAt: number[] = [];
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      // A part takes its time, so that kills fall between parts.
      await product.faults("PUT /files/*/parts/* delay=150ms");
      await sleep(300 + random() * 2200);
      const what = random();
      const service =
        what < 0.25 ? product.restartEmulator(200 + random() * 800) : Promise.resolve();
      if (what < 0.15 || what >= 0.25) {
        process.kill(pid, "SIGKILL");
        killedAt.push(Date.now());
        await service;
        pid = await mount(product);
      }
      await service;
    }
  } finally {
    for (const { child } of writers) child.stdin?.end();
  }
  await Promise.all(writers.map(async ({ child }) => await once(child, "close")));
  await product.faults();
  const { stdout } = await product.bsmount(["status", "--json"]);
  await expect.poll(async () => await pendingUploads(product), { timeout: 120_000 }).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ pid }]);
  const events = writers.flatMap(({ events }) => events);
  await expectRightFiles(product, events, killedAt.length);
  await expectRightNames(folder, events);
  await expectNothingTwice(data.join("emulator/requests.jsonl"), killedAt);
}

async function mount(product: Product): Promise<number> {
  const { code, stdout, stderr } = await product.bsmount(["mount", product.mountPoint]);
  expect([code, stderr.includes("error")], stderr).toEqual([0, false]);
  return Number(/process (\d+)/.exec(stdout)?.[1]);
}

async function pendingUploads(product: Product): Promise<number> {
  const { stdout } = await product.bsmount(["status", "--json"]);
  const [status] = JSON.parse(stdout) as { uploads: { pending: number; failed: number } }[];
  return (status?.uploads.pending ?? 1) + (status?.uploads.failed ?? 1);
}

interface Writer {
  readonly child: ChildProcess;
  readonly events: readonly WriterEvent[];
}

function startWriter(folder: string, prefix: string, seed: number): Writer {
  const child = spawn(process.execPath, [WRITER, folder, prefix, String(seed)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const events: WriterEvent[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as WriterEvent);
  });
  return { child, events };
}

async function expectRightFiles(
  product: Product,
  events: readonly WriterEvent[],
  kills: number,
): Promise<void> {
  const meant = new Map(events.filter(isBegun).map((begun) => [begun.name, begun]));
  for (const { name, to } of events) {
    const begun = meant.get(name);
    if (to !== undefined && begun !== undefined) meant.set(to, begun);
  }
  // What was renamed or removed before BaseSpace had it, such as an empty file, is not there under the old name.
  const changed = new Set([...named(events, "unlinking"), ...named(events, "moving")]);
  const kept = named(events, "done").filter((name) => !changed.has(name));
  const done = [...kept, ...targets(events, "moved")];
  const removed = events.filter(({ event }) => event === "removed").map(({ name }) => name);
  const complete = await remoteFiles(product, "complete");
  const sums = new Map<string, string>();
  for (const { Id, Path } of complete) {
    const path = Path.replace(/\.tmp$/, "");
    expect(sums.has(Path), `${Path} is there once`).toBe(false);
    sums.set(Path, await sumOf(product, Id));
    expect(sums.get(Path), `${Path} has the bytes that were meant`).toBe(meant.get(path)?.sha256);
  }
  expect(done.filter((name) => !sums.has(name))).toEqual([]);
  expect(removed.filter((name) => sums.has(name) || sums.has(`${name}.tmp`))).toEqual([]);
  const pending = await remoteFiles(product, "pending");
  console.log(
    `crash loop: ${meant.size} files begun, ${done.length} done, ${complete.length} in BaseSpace, ` +
      `${pending.length} pending there after ${kills} kills of the mount`,
  );
  expect(done.length).toBeGreaterThan(0);
  expect(pending.length).toBeLessThanOrEqual(kills + WRITERS);
}

/** What was removed or renamed is not shown any more, after however many kills, and everything else is. */
async function expectRightNames(folder: string, events: readonly WriterEvent[]): Promise<void> {
  const shown = new Set(await readdir(folder));
  const gone = [...named(events, "unlinked"), ...named(events, "moved")];
  const doubtful = new Set([...named(events, "unlinking"), ...named(events, "moving")]);
  const there = [
    ...named(events, "done").filter((name) => !doubtful.has(name)),
    ...targets(events, "moved"),
  ];
  console.log(`crash loop: ${gone.length} files removed or renamed when they were done`);
  expect(gone.filter((name) => shown.has(name))).toEqual([]);
  expect(there.filter((name) => !shown.has(name))).toEqual([]);
  const names = new Set(events.flatMap(({ name, to = name }) => [name, `${name}.tmp`, to]));
  expect([...shown].filter((name) => !names.has(name))).toEqual([]);
  expect(gone.length).toBeGreaterThan(0);
}

function named(events: readonly WriterEvent[], which: WriterEvent["event"]): readonly string[] {
  return events.filter(({ event }) => event === which).map(({ name }) => name);
}

function targets(events: readonly WriterEvent[], which: "moved"): readonly string[] {
  return events.flatMap(({ event, to }) => (event === which && to !== undefined ? [to] : []));
}

function isBegun(event: WriterEvent): boolean {
  return event.event === "begun";
}

async function remoteFiles(product: Product, status: string): Promise<readonly RemoteFile[]> {
  const results = await list<{ Id: string; Name: string }>(product, "projects/1001/appresults?");
  const result = results.find(({ Name }) => Name === "crashed");
  return await list<RemoteFile>(product, `appresults/${result?.Id}/files?Statuses=${status}&`);
}

async function list<Item>(product: Product, path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (;;) {
    const page = await get(product, `${path}Limit=1000&Offset=${items.length}`);
    const { Response: body } = (await page.json()) as {
      Response: { Items: readonly Item[]; TotalCount: number };
    };
    items.push(...body.Items);
    if (items.length >= body.TotalCount || body.Items.length === 0) return items;
  }
}

async function get({ emulator }: Product, path: string): Promise<Response> {
  const response = await fetch(`${emulator.apiServer}/v1pre3/${path}`, {
    headers: { authorization: `Bearer ${emulator.accessToken}` },
  });
  expect(response.status, path).toBe(200);
  return response;
}

async function sumOf(product: Product, id: string): Promise<string> {
  const digest = createHash("sha256");
  const response = await get(product, `files/${id}/content`);
  for await (const piece of response.body ?? []) digest.update(piece);
  return digest.digest("hex");
}

/** No part was sent again that was acknowledged some time before a kill. */
async function expectNothingTwice(log: string, killedAt: readonly number[]): Promise<void> {
  const acknowledged = new Map<string, number>();
  const again: string[] = [];
  let sent = 0;
  for (const line of (await readFile(log, "utf8")).trimEnd().split("\n")) {
    const { time, ms, method, path, status } = JSON.parse(line) as LoggedRequest;
    if (method !== "PUT" || status >= 300 || !/\/parts\/\d+$/.test(path)) continue;
    sent += 1;
    const before = acknowledged.get(path);
    const at = Date.parse(time);
    acknowledged.set(path, at + ms);
    const kill = killedAt.find((killed) => before !== undefined && killed > before && killed < at);
    if (before !== undefined && kill !== undefined && kill - before > RECORD_MS) again.push(path);
  }
  console.log(`crash loop: ${sent} parts sent, ${again.length} again after they were acknowledged`);
  expect(again).toEqual([]);
}

/** Numbers from 0 to 1, the same for a seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
