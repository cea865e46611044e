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
 * Every live mount has two files in the runtime folder: the control socket, and a JSON file for readers that cannot or
 * need not connect to it. Both are named after the mount point; those of a detached mount also after its process, since
 * another mount may use the mount point. The JSON file is written when the socket listens, and removed before it. So it
 * exists without a socket only when the process was killed; then any reader removes it as stale.
 */

/** What is known about a mount without a request to it. */
export interface MountRecord extends ProcessIdentity {
  /** Absent in entries of earlier versions. */
  readonly machine?: Machine;
  readonly status: MountStatus;
}

export interface RegistryEntry {
  readonly record: MountRecord;
  readonly socketPath: string;
}

/** The path of the control socket of a mount; short, because the kernel allows at most 107 bytes. */
export function socketPathOf(runtimeFolder: string, status: NamedStatus): string {
  return join(runtimeFolder, `${keyOf(status)}.sock`);
}

/** Adds the entry of a mount of this process; disposing removes it. */
export async function enterRegistry(
  runtimeFolder: string,
  status: MountStatus,
): Promise<AsyncDisposable> {
  const path = join(runtimeFolder, `${keyOf(status)}.json`);
  const record: MountRecord = { ...thisProcess(), machine: thisMachine(), status };
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(temporary, path);
  return { [Symbol.asyncDispose]: async () => await rm(path, { force: true }) };
}

/** The mounts whose process runs; removes the entries of the others. */
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

/** Whether the process may be running. For one in another container only a request to its socket would tell. */
function mayRun(record: MountRecord): boolean {
  const { machine } = record;
  const where = machine === undefined ? "here" : whereabouts(machine);
  return where === "elsewhere" || (where === "here" && isRunning(record));
}

/** Whether the entry is that of a mount of this process. */
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
