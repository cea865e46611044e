import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm, truncate } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { isWriteMode, WRITE_MODES, type WriteMode } from "../../src/core/write-mode.ts";
import { KilledMount } from "./killed-mount.ts";
import { type Product, startProduct } from "./product.ts";
import { tempDir } from "./temp-dir.ts";

export interface CrashLoopOptions {
  /** How often something is killed. */
  readonly kills: number;
  readonly seed: number;
  /** Write modes; each has an app result of its own, and they share the writers. @default all three, or CRASH_MODE */
  readonly modes?: readonly WriteMode[];
}

const WRITER = fileURLToPath(new URL("../mount/programs/crash-writer.mjs", import.meta.url));
const RESULTS = "projects/Phage lambda/appresults";
const WRITERS = 3;
/** An acknowledgement that is younger than this may not be in the journal yet when the process is killed. */
const RECORD_MS = 500;
/** So many kills later everything is compared, and what takes room is removed. */
const ROUND_KILLS = 50;
/** Between two kills; most often it is little more than the least. */
const LEAST_MS = 200;
const MORE_MS = 1800;

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
 * bytes, in mode `commit` after the commit and not before; no file there lacks any; what was removed or renamed is not
 * shown under its old name; and what was acknowledged before a kill was not sent again.
 *
 * The state folder and the service are the same for all kills, so that their growth is part of the test; files, parts and
 * the log of requests are removed when they have been compared.
 */
export async function crashLoop(options: CrashLoopOptions): Promise<void> {
  const { kills, seed, modes = modesToTest() } = options;
  const began = performance.now();
  console.log(`crash loop: CRASH_SEED=${seed} CRASH_KILLS=${kills} CRASH_MODE=${modes.join(",")}`);
  const random = randomOf(seed);
  await using data = await tempDir();
  await using product = await startProduct({
    emulatorArgs: ["--data", data.join("emulator")],
    mountArgs: null,
  });
  await using mount = new KilledMount(product);
  for (let done = 0; done < kills; done += ROUND_KILLS) {
    const round: Round = {
      product,
      mount,
      random,
      number: done / ROUND_KILLS + 1,
      kills: Math.min(ROUND_KILLS, kills - done),
      modes,
      data: data.join("emulator"),
    };
    await runRound(round);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`crash loop: ${(seconds / kills).toFixed(1)} s for each kill`);
}

function modesToTest(): readonly WriteMode[] {
  const text = process.env["CRASH_MODE"];
  if (text === undefined) return WRITE_MODES;
  const modes = text.split(",").filter(isWriteMode);
  if (modes.length === 0) throw new Error(`CRASH_MODE is ${text}: use ${WRITE_MODES.join(", ")}`);
  return modes;
}

interface Round {
  readonly product: Product;
  readonly mount: KilledMount;
  readonly random: () => number;
  readonly number: number;
  readonly kills: number;
  readonly modes: readonly WriteMode[];
  /** Of the emulator. */
  readonly data: string;
}

/** The app result that the writers of one mode write to. */
interface Target {
  readonly mode: WriteMode;
  readonly name: string;
  /** Its folder of files. */
  readonly folder: string;
  readonly writers: readonly Writer[];
}

async function runRound(round: Round): Promise<void> {
  const { product, mount, random, kills, data } = round;
  const targets = await startWriters(round);
  const killedAt: number[] = [];
  const children = targets.flatMap(({ writers }) => writers.map(({ child }) => child));
  try {
    await product.faults("PUT /files/*/parts/* delay=150ms");
    for (let kill = 1; kill <= kills; kill += 1) {
      await sleep(LEAST_MS + MORE_MS * random() ** 2);
      const what = random();
      const killsService = what < 0.25;
      const service = killsService ? restartService(product, random) : Promise.resolve();
      if (what < 0.15 || !killsService) {
        killedAt.push(Date.now());
        await mount.kill();
        await service;
        await mount.start();
      }
      await service;
    }
  } finally {
    for (const child of children) child.stdin?.end();
  }
  await Promise.all(children.map(async (child) => await ended(child)));
  await product.faults();
  await expect.poll(async () => await pendingUploads(product), { timeout: 120_000 }).toBe(0);
  expect(mount.isRunning, "the mount after the last kill").toBe(true);
  let pending = 0;
  for (const target of targets) {
    const found = await expectAsPromised(product, target, killedAt.length);
    expect(found.changes, `files removed or renamed in mode ${target.mode}`).toBeGreaterThan(0);
    pending += found.pending;
  }
  expect(pending).toBeLessThanOrEqual(killedAt.length + WRITERS);
  await expectNothingTwice(`${data}/requests.jsonl`, killedAt);
  await makeRoom(round, targets);
}

/** A part takes its time, so that kills fall between parts. */
async function restartService(product: Product, random: () => number): Promise<void> {
  await product.restartEmulator(200 + random() * 800);
  await product.faults("PUT /files/*/parts/* delay=150ms");
}

/** Makes an app result for each mode, and shares the writers out among them. */
async function startWriters(round: Round): Promise<readonly Target[]> {
  const { product, mount, random, number, modes } = round;
  const made: Omit<Target, "writers">[] = [];
  for (const mode of modes) {
    const name = `crashed ${number} ${mode}`;
    const path = `bs:/${RESULTS}/${name}`;
    const { code, stderr } = await product.bsmount(["mkdir", "--write-mode", mode, path]);
    expect(code, stderr).toBe(0);
    made.push({ mode, name, folder: `${product.mountPoint}/${RESULTS}/${name}/files` });
  }
  if (mount.isRunning) await product.bsmount(["refresh", product.mountPoint]);
  else await mount.start();
  return made.map((target, at) => {
    const writers: Writer[] = [];
    for (let writer = at; writer < WRITERS; writer += modes.length) {
      const seed = Math.floor(random() * 2 ** 31) + 1;
      writers.push(startWriter(target.folder, `w${writer + 1}`, seed));
    }
    return { ...target, writers };
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}

/**
 * What is on the mount and in BaseSpace is what the mode promises for what the writers say. Returns how many
 * files were removed or renamed, and how many uploads are pending.
 */
async function expectAsPromised(
  product: Product,
  target: Target,
  kills: number,
): Promise<{ readonly changes: number; readonly pending: number }> {
  const events = target.writers.flatMap(({ events }) => events);
  const changes = await expectRightNames(target.folder, events);
  if (target.mode === "commit") {
    const before = await remoteFiles(product, target.name, "complete");
    expect(
      before.map(({ Path }) => Path),
      "in BaseSpace before the commit",
    ).toEqual([]);
    const { code, stderr } = await product.bsmount(["uploads", "commit", resultOf(target)]);
    // 3: files that were being written when their mount was killed are left.
    expect([0, 3], stderr).toContain(code);
  }
  return { changes, pending: await expectRightFiles(product, target, kills) };
}

function resultOf({ folder }: Target): string {
  return folder.slice(0, folder.lastIndexOf("/"));
}

/** What was interrupted is removed; BaseSpace believes to have the rest still, and nobody asks for it again. */
async function makeRoom({ data }: Round, targets: readonly Target[]): Promise<void> {
  for (const { folder } of targets) {
    for (const name of await readdir(folder)) await rm(`${folder}/${name}`);
  }
  for (const folder of ["objects", "parts"]) {
    for (const name of await readdir(`${data}/${folder}`)) {
      await rm(`${data}/${folder}/${name}`, { recursive: true });
    }
  }
  await truncate(`${data}/requests.jsonl`);
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

/** Returns how many uploads are pending in BaseSpace. */
async function expectRightFiles(product: Product, target: Target, kills: number): Promise<number> {
  const { mode, name: result, writers } = target;
  const events = writers.flatMap(({ events }) => events);
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
  const complete = await remoteFiles(product, result, "complete");
  const sums = new Map<string, string>();
  for (const { Id, Path } of complete) {
    const path = Path.replace(/\.tmp$/, "");
    expect(sums.has(Path), `${Path} is there once`).toBe(false);
    sums.set(Path, await sumOf(product, Id));
    expect(sums.get(Path), `${Path} has the bytes that were meant`).toBe(meant.get(path)?.sha256);
  }
  const interrupted = await interruptedWhenEmpty(product, target);
  const isKept = (name: string): boolean => meant.get(name)?.size === 0 && interrupted.has(name);
  const missing = done.filter((name) => !sums.has(name) && !isKept(name));
  if (missing.length > 0) console.log((await product.bsmount(["uploads", "list"])).stdout);
  expect(missing).toEqual([]);
  expect(removed.filter((name) => sums.has(name) || sums.has(`${name}.tmp`))).toEqual([]);
  const pending = await remoteFiles(product, result, "pending");
  console.log(
    `crash loop, ${mode}: ${meant.size} files begun, ${done.length} done, ${complete.length} in BaseSpace, ` +
      `${pending.length} pending there after ${kills} kills of the mount`,
  );
  expect(done.length).toBeGreaterThan(0);
  return pending.length;
}

/** Empty files whose mounts were killed before the kernel had reported that they were closed, see [W20]. */
async function interruptedWhenEmpty(
  product: Product,
  { folder }: Target,
): Promise<ReadonlySet<string>> {
  const { stdout } = await product.bsmount(["uploads", "list", "--json"]);
  const uploads = JSON.parse(stdout) as {
    readonly belongsTo?: string;
    readonly upload: string;
    readonly sizeBytes: number;
  }[];
  const paths = uploads
    .filter(({ upload, sizeBytes }) => upload === "interrupted" && sizeBytes === 0)
    .map(({ belongsTo = "" }) => `${product.mountPoint}${belongsTo}`);
  const ours = paths.filter((path) => path.startsWith(`${folder}/`));
  return new Set(ours.map((path) => path.slice(folder.length + 1)));
}

/**
 * What was removed or renamed is not shown any more, after however many kills, and everything else is. Returns how many
 * these are.
 */
async function expectRightNames(folder: string, events: readonly WriterEvent[]): Promise<number> {
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
  return gone.length;
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

async function remoteFiles(
  product: Product,
  name: string,
  status: string,
): Promise<readonly RemoteFile[]> {
  const results = await list<{ Id: string; Name: string }>(product, "projects/1001/appresults?");
  const result = results.find(({ Name }) => Name === name);
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
    // Status 0: the connection ended before the response.
    const isPart = method === "PUT" && /\/parts\/\d+$/.test(path) && status >= 200 && status < 300;
    if (!isPart) continue;
    sent += 1;
    const begunAt = Date.parse(time);
    const before = acknowledged.get(path);
    const kill = killedAt.find((at) => before !== undefined && at > before && at < begunAt);
    if (kill !== undefined && before !== undefined) {
      again.push(`${path}, acknowledged ${kill - before} ms before a kill`);
    }
    const acknowledgedAt = begunAt + ms;
    // A mount that was killed meanwhile has not read the response.
    const isLost = killedAt.some((kill) => {
      return kill >= begunAt && kill <= acknowledgedAt + RECORD_MS;
    });
    if (!isLost) acknowledged.set(path, acknowledgedAt);
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
