import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Machine, thisMachine, whereabouts } from "./machine.ts";
import { isRunning, type ProcessIdentity, thisProcess } from "./process-identity.ts";
import { unlessGone } from "./unless-gone.ts";

/*
 * Locks between processes of one user. Node has no flock(2), and the abstract sockets of unix(7) can be taken by
 * everybody. So a lock is a claim: an empty file in a folder of the user's own, whose name says which lock, and which
 * process wants it. A claim whose process has ended is void, and its name is never used again, so whoever finds it may
 * remove it. Nothing that stands at one name is ever replaced, which is what makes files of that kind unsafe.
 *
 * Who takes a lock makes a claim, and then looks for others. Of two that are made at once each finds the other, or one
 * finds the other: the one with the greater name gives up, the other waits until it has. Who finds nobody else marks
 * the claim as held, and whoever finds that mark gives up.
 */

/** What a lock stands for, and where its claims are. */
export interface LockPlace {
  /** A folder that is there, and in which nobody else can make or remove files of this user. */
  readonly folder: string;
  readonly key: string;
}

interface Claim {
  readonly pid: number;
  /** What decides between two that are made at once. */
  readonly order: string;
  readonly isHeld: boolean;
}

/** How long another process may take from its claim to its mark; one that was stopped takes for ever. */
const PATIENCE_MS = 2000;

const LOOK_AGAIN_MS = 2;

const LOCK = ".lock";
const MARK = ".held";

/** Those that this process has or asks for: within it the first one to ask is the first. */
const ours = new Set<string>();

/**
 * Takes the lock, or answers undefined while another process of this user, or this one, has it. It is given back
 * when the process ends, however it ends. Processes on other machines, and in containers with processes of their
 * own, are not kept out.
 * @throws what making a file in the folder, and reading it and /proc, throws
 */
export async function takeLock(place: LockPlace): Promise<AsyncDisposable | undefined> {
  const name = nameHere(place);
  if (ours.has(name)) return undefined;
  ours.add(name);
  let claim: string | undefined;
  try {
    claim = await claimed(place);
  } finally {
    if (claim === undefined) ours.delete(name);
  }
  if (claim === undefined) return undefined;
  const path = claim;
  return {
    [Symbol.asyncDispose]: async () => {
      await giveBack(path).finally(() => ours.delete(name));
    },
  };
}

function nameHere({ folder, key }: LockPlace): string {
  return `${folder}\n${key}`;
}

/** The path of the claim that is held now; undefined when somebody else's is. */
async function claimed(place: LockPlace): Promise<string | undefined> {
  const order = randomBytes(8).toString("hex");
  const path = join(place.folder, claimName(place.key, order));
  await writeFile(path, "", { flag: "wx", mode: 0o600 });
  try {
    if (await isFirst(place, order)) {
      await writeFile(path + MARK, "", { flag: "wx", mode: 0o600 });
      return path;
    }
  } catch (error) {
    await giveBack(path);
    throw error;
  }
  await giveBack(path);
  return undefined;
}

async function giveBack(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(path + MARK, { force: true });
}

/** The process that holds the lock, or is about to take it; undefined when it is free. */
export async function lockHolder(place: LockPlace): Promise<number | undefined> {
  if (ours.has(nameHere(place))) return process.pid;
  const claims = await claimsIn(place);
  return (claims.find(({ isHeld }) => isHeld) ?? claims[0])?.pid;
}

/** Whether the claim of that order is the one that is to be held. */
async function isFirst(place: LockPlace, order: string): Promise<boolean> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
    const others = (await claimsIn(place)).filter((claim) => claim.order !== order);
    if (others.length === 0) return true;
    if (others.some((other) => other.isHeld || other.order < order)) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return false;
}

/**
 * Those of processes that run here. Void ones, of whatever lock, are removed on the way; of those of other machines
 * and containers nobody here can tell, so they stay. A folder that is not there has none.
 */
async function claimsIn({ folder, key }: LockPlace): Promise<readonly Claim[]> {
  const names = await unlessGone(async () => await readdir(folder));
  const present = new Set(names);
  const lock = nameOf(key);
  const claims: Claim[] = [];
  for (const name of names ?? []) {
    const path = join(folder, name);
    const claim = said(name);
    const state = claim === undefined ? "unknown" : stateOf(claim);
    if (claim === undefined || state === "unknown") continue;
    if ((state === "live" && claim.lock !== lock) || !(await isOwn(path))) continue;
    if (state === "void") await giveBack(path);
    else claims.push({ pid: claim.pid, order: claim.order, isHeld: present.has(name + MARK) });
  }
  return claims;
}

function stateOf(claim: Said): "live" | "void" | "unknown" {
  const where = whereabouts(claim.machine, here());
  if (where === "elsewhere") return "unknown";
  return where === "here" && isRunning(claim) ? "live" : "void";
}

/** The file is its own proof: nobody makes files that belong to somebody else. */
async function isOwn(path: string): Promise<boolean> {
  const info = await unlessGone(async () => await lstat(path));
  return info?.isFile() === true && info.uid === process.geteuid?.();
}

function claimName(key: string, order: string): string {
  const { pid, startTicks } = thisProcess();
  const { host, id, boot, processes } = here();
  return [nameOf(key), order, String(pid), startTicks, host, id, boot, processes].join("~");
}

interface Said extends ProcessIdentity {
  readonly lock: string;
  readonly order: string;
  readonly machine: Machine;
}

/** What the name of a claim says; undefined for a mark, and for what is no claim. */
function said(name: string): Said | undefined {
  const fields = name.split("~");
  if (fields.length !== FIELDS || name.endsWith(MARK)) return undefined;
  const [lock, order, pid, startTicks, host, id, boot, processes] = fields as Fields;
  if (!lock.endsWith(LOCK)) return undefined;
  return { lock, order, pid: Number(pid), startTicks, machine: { host, id, boot, processes } };
}

const FIELDS = 8;
type Fields = [string, string, string, string, string, string, string, string];

let known: Machine | undefined;

/** This machine, as the names of claims have it: only whether two are the same matters. */
function here(): Machine {
  if (known === undefined) {
    const { host, id, boot, processes } = thisMachine();
    known = { host: short(host), id: short(id), boot: short(boot), processes: short(processes) };
  }
  return known;
}

function nameOf(key: string): string {
  return digest(key).slice(0, 32) + LOCK;
}

function short(text: string): string {
  return digest(text).slice(0, 12);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
