import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../core/errors.ts";
import { parseObject } from "./control-protocol.ts";
import { lockMount } from "./mount-lock.ts";
import type { MountStatus } from "./mount-status.ts";
import { type Machine, thisMachine, whereabouts } from "../linux/machine.ts";
import { isRunning, type ProcessIdentity, thisProcess } from "../linux/process-identity.ts";

/*
 * Every live mount has two files in the runtime folder, named after its mount point, and after its process as well
 * once it is detached, for another mount may take its place: the control socket and a small JSON file for those who
 * cannot or need not ask. The JSON is written when the socket listens
 * and removed before it, so whoever finds it finds the socket, unless the process died: then the entry is
 * stale and is removed by whoever sees it.
 */

/** What is known of a mount without asking it. */
export interface MountRecord extends ProcessIdentity {
  /** Absent in entries of earlier versions. */
  readonly machine?: Machine;
  readonly status: MountStatus;
}

export interface RegistryEntry {
  readonly record: MountRecord;
  readonly socketPath: string;
}

/** Where the control socket of a mount is; short, because the kernel takes no more than 107 bytes. */
export function socketPathOf(runtimeFolder: string, status: NamedStatus): string {
  return join(runtimeFolder, `${keyOf(status)}.sock`);
}

/** Enters a mount of this process; disposing takes it out. */
export async function enterRegistry(
  runtimeFolder: string,
  status: MountStatus,
): Promise<AsyncDisposable> {
  const path = join(runtimeFolder, `${keyOf(status)}.json`);
  const record: MountRecord = { ...thisProcess(), machine: thisMachine(), status };
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(draft, path);
  return { [Symbol.asyncDispose]: async () => await rm(path, { force: true }) };
}

/** The mounts whose process lives; entries of dead ones are removed. */
export async function readRegistry(runtimeFolder: string): Promise<readonly RegistryEntry[]> {
  const names = await readdir(runtimeFolder).catch(() => []);
  const entries: RegistryEntry[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith(".json")).sort()) {
    const path = join(runtimeFolder, name);
    const socketPath = path.replace(/json$/, "sock");
    const record = await readRecord(path);
    if (record !== undefined && mayRun(record)) entries.push({ record, socketPath });
    else if (record !== undefined) await removeStale(runtimeFolder, record, { path, socketPath });
  }
  return entries;
}

/** Of a process that is in another container nobody knows here: whoever asks its socket is told. */
function mayRun(record: MountRecord): boolean {
  const { machine } = record;
  const where = machine === undefined ? "here" : whereabouts(machine);
  return where === "elsewhere" || (where === "here" && isRunning(record));
}

/** Whether it is the entry of a mount of this very process. */
export function isOwnEntry({ record }: RegistryEntry): boolean {
  const { pid, startTicks, machine } = record;
  if (machine !== undefined && whereabouts(machine) !== "here") return false;
  return pid === process.pid && startTicks === thisProcess().startTicks;
}

interface EntryFiles {
  readonly path: string;
  readonly socketPath: string;
}

/** Under the mount's lock, so that nothing of a new mount on the same point is removed. */
async function removeStale(
  runtimeFolder: string,
  { status }: MountRecord,
  files: EntryFiles,
): Promise<void> {
  if (status.isDetached === true) return await removeFiles(files);
  try {
    const lock = await lockMount(runtimeFolder, status.mountPoint);
    await removeFiles(files);
    await lock[Symbol.asyncDispose]();
  } catch (error) {
    if (reasonOf(error) !== "busy") throw error;
  }
}

async function removeFiles({ path, socketPath }: EntryFiles): Promise<void> {
  await rm(path, { force: true });
  await rm(socketPath, { force: true });
}

async function readRecord(path: string): Promise<MountRecord | undefined> {
  try {
    const value = parseObject(await readFile(path, "utf8"));
    const { pid, startTicks, machine, status } = value;
    if (typeof pid !== "number" || typeof startTicks !== "string") return undefined;
    if (typeof status !== "object" || status === null) return undefined;
    const where = typeof machine === "object" ? { machine: machine as Machine } : {};
    return { pid, startTicks, ...where, status: status as MountStatus };
  } catch {
    return undefined;
  }
}

type NamedStatus = Pick<MountStatus, "mountPoint" | "pid" | "isDetached">;

function keyOf({ mountPoint, pid, isDetached }: NamedStatus): string {
  const key = createHash("sha256").update(mountPoint).digest("hex").slice(0, 16);
  return isDetached === true ? `${key}-${pid}` : key;
}
