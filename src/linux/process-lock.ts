import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Machine, thisMachine, whereabouts } from "./machine.ts";
import { isRunning, type ProcessIdentity, thisProcess } from "./process-identity.ts";
import { unlessMissing } from "../core/unless-missing.ts";

/*
 * Locks between processes of one user. Node has no flock(2), and any user can bind the abstract sockets of unix(7). So
 * a lock is a claim: an empty file in a folder of the user, whose name says which lock it is for and which process
 * wants it. A claim is void once its process has ended. No name is used twice, so any process may remove a void claim,
 * and no file is ever replaced, which is what makes ordinary lock files unsafe.
 *
 * To take a lock, a process creates a claim and then reads the others. Of two processes that claim at once, at least
 * one finds the other: the one with the greater order gives up, and the other waits until it has. A process that finds
 * no other claim marks its own as held; a process that finds this mark gives up.
 */

/** Identifies a lock, and the folder of its claims. */
export interface LockId {
  /** An existing folder in which no other user can create or remove files. */
  readonly folder: string;
  readonly key: string;
}

interface Claim {
  readonly pid: number;
  /** Decides between two claims that are made at once. */
  readonly order: string;
  readonly isHeld: boolean;
}

/** How long another process may take from its claim to its mark; a stopped process never gets there. */
const PATIENCE_MS = 2000;

const POLL_MS = 2;

const LOCK = ".lock";
const MARK = ".held";

/** The locks that this process has or is taking. */
const taken = new Set<string>();

/**
 * Takes the lock; returns undefined while this or another process of this user has it. Disposing releases it, as does
 * the end of the process, even by a crash. Processes on other machines and in other PID namespaces are not excluded.
 * @throws what creating a file in the folder, or reading the folder and /proc, throws
 */
export async function takeLock(lock: LockId): Promise<AsyncDisposable | undefined> {
  const name = idText(lock);
  if (taken.has(name)) return undefined;
  taken.add(name);
  let claim: string | undefined;
  try {
    claim = await tryClaim(lock);
  } finally {
    if (claim === undefined) taken.delete(name);
  }
  if (claim === undefined) return undefined;
  const path = claim;
  return {
    [Symbol.asyncDispose]: async () => {
      await removeClaim(path).finally(() => taken.delete(name));
    },
  };
}

function idText({ folder, key }: LockId): string {
  return `${folder}\n${key}`;
}

/** Returns the path of the claim that now holds the lock; undefined when another process has it. */
async function tryClaim(lock: LockId): Promise<string | undefined> {
  const order = randomBytes(8).toString("hex");
  const path = join(lock.folder, claimName(lock.key, order));
  await writeFile(path, "", { flag: "wx", mode: 0o600 });
  try {
    if (await winsLock(lock, order)) {
      await writeFile(path + MARK, "", { flag: "wx", mode: 0o600 });
      return path;
    }
  } catch (error) {
    await removeClaim(path);
    throw error;
  }
  await removeClaim(path);
  return undefined;
}

async function removeClaim(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(path + MARK, { force: true });
}

/** The number of the process that has the lock, or is about to take it; undefined when the lock is free. */
export async function lockOwner(lock: LockId): Promise<number | undefined> {
  if (taken.has(idText(lock))) return process.pid;
  const claims = await claimsIn(lock);
  return (claims.find(({ isHeld }) => isHeld) ?? claims[0])?.pid;
}

/** Whether the claim with this order gets the lock. */
async function winsLock(lock: LockId, order: string): Promise<boolean> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
    const others = (await claimsIn(lock)).filter((claim) => claim.order !== order);
    if (others.length === 0) return true;
    if (others.some((other) => other.isHeld || other.order < order)) return false;
    await sleep(POLL_MS);
  }
  return false;
}

/**
 * Returns the claims of running processes of this machine, and removes void claims for any lock. Claims of other
 * machines and containers stay, since their state is unknown here. A missing folder has no claims.
 */
async function claimsIn({ folder, key }: LockId): Promise<readonly Claim[]> {
  const names = await unlessMissing(async () => await readdir(folder));
  const present = new Set(names);
  const lock = lockName(key);
  const claims: Claim[] = [];
  for (const name of names ?? []) {
    const path = join(folder, name);
    const claim = parseClaim(name);
    const state = claim === undefined ? "unknown" : stateOf(claim);
    if (claim === undefined || state === "unknown") continue;
    if ((state === "live" && claim.lock !== lock) || !(await isOwnFile(path))) continue;
    if (state === "void") await removeClaim(path);
    else claims.push({ pid: claim.pid, order: claim.order, isHeld: present.has(name + MARK) });
  }
  return claims;
}

function stateOf(claim: ParsedClaim): "live" | "void" | "unknown" {
  const where = whereabouts(claim.machine, here());
  if (where === "elsewhere") return "unknown";
  return where === "here" && isRunning(claim) ? "live" : "void";
}

/** A file that belongs to this user was created by this user. */
async function isOwnFile(path: string): Promise<boolean> {
  const info = await unlessMissing(async () => await lstat(path));
  return info?.isFile() === true && info.uid === process.geteuid?.();
}

function claimName(key: string, order: string): string {
  const { pid, startTicks } = thisProcess();
  const { host, id, boot, processes } = here();
  return [lockName(key), order, String(pid), startTicks, host, id, boot, processes].join("~");
}

interface ParsedClaim extends ProcessIdentity {
  readonly lock: string;
  readonly order: string;
  readonly machine: Machine;
}

/** Parses the name of a claim; undefined for a mark and for other files. */
function parseClaim(name: string): ParsedClaim | undefined {
  const fields = name.split("~");
  if (fields.length !== FIELDS || name.endsWith(MARK)) return undefined;
  const [lock, order, pid, startTicks, host, id, boot, processes] = fields as Fields;
  if (!lock.endsWith(LOCK)) return undefined;
  return { lock, order, pid: Number(pid), startTicks, machine: { host, id, boot, processes } };
}

const FIELDS = 8;
type Fields = [string, string, string, string, string, string, string, string];

let hereCached: Machine | undefined;

/** This machine as it appears in names of claims, where only equality matters. */
function here(): Machine {
  if (hereCached === undefined) {
    const { host, id, boot, processes } = thisMachine();
    hereCached = {
      host: shortDigest(host),
      id: shortDigest(id),
      boot: shortDigest(boot),
      processes: shortDigest(processes),
    };
  }
  return hereCached;
}

function lockName(key: string): string {
  return digest(key).slice(0, 32) + LOCK;
}

function shortDigest(text: string): string {
  return digest(text).slice(0, 12);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
