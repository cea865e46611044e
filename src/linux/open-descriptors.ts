import { constants, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { isOutOfDescriptors } from "../core/descriptors.ts";
import { parseMountTable } from "./mount-table.ts";
import { otherPids } from "./process-births.ts";
import {
  isBeingKilled,
  isRunning,
  type ProcessIdentity,
  processOfThread,
} from "./process-identity.ts";

/*
 * The processes of this machine and the files that they have open, as /proc shows them. Only links and fdinfo are read:
 * a stat of the file would ask this very mount and deadlock. Only root sees the descriptors of other users' processes,
 * and nobody sees processes of other PID namespaces.
 *
 * When a read fails because no descriptor is free, that is an error and not an empty result, which would mean that no
 * process has the file open.
 */

/**
 * How a process can change a file: with descriptors for writing only, or also with one for reading and writing, or a
 * mapping. A file can only be mapped with a descriptor for reading.
 */
export type WriteAccess = "write-only" | "read-write";

/** The visible processes of this machine. Every method throws when /proc cannot be read. */
export interface Processes {
  /** The numbers of all processes but this one, in no order. */
  otherPids(): readonly number[];
  /** How process `pid` has `file` open for writing; undefined when it has not. */
  writeAccess(pid: number, file: FileOnMount): WriteAccess | undefined;
  /** The process that has this number now, or one of whose threads has it; undefined when there is none. */
  processOfThread(thread: number): ProcessIdentity | undefined;
  /** False also when its main thread has ended. */
  isRunning(process: ProcessIdentity): boolean;
  isBeingKilled(process: ProcessIdentity): boolean;
}

/** A mount as it appears in /proc. */
export interface ProcMount {
  /** Absolute, without a slash at its end. */
  readonly mountPoint: string;
  /** Its number in the mount table, if known. */
  readonly mountId?: number | undefined;
  /** Its `major:minor`, which bind mounts of it share, if known. */
  readonly device?: string | undefined;
}

/** A file of a mount, with all by which /proc can identify it. */
export interface FileOnMount extends ProcMount {
  /** Its path in the mount, with a leading slash. */
  readonly path: string;
  /** The inode number under which it was opened, if known. */
  readonly ino?: number | undefined;
  /** False when it is known that it is open for writing only, so that no process can have it mapped. @default true */
  readonly isMappable?: boolean;
}

export const systemProcesses: Processes = {
  otherPids,
  writeAccess,
  processOfThread,
  isRunning,
  isBeingKilled,
};

/**
 * The link of a descriptor shows the file's path while its mount is in the mount table. For a detached mount it shows
 * the path in the mount, and through a bind mount, as containers have, another path that ends with the same name. Then
 * the descriptor's fdinfo decides.
 */
function writeAccess(pid: number, file: FileOnMount): WriteAccess | undefined {
  const accesses = descriptorFolders(pid).map((folder) => accessIn(folder, pid, file));
  if (accesses.includes("read-write")) return "read-write";
  if (accesses.includes("write-only")) return "write-only";
  return file.isMappable !== false && hasMapping(pid, file) ? "read-write" : undefined;
}

/** As {@link writeAccess}, by the descriptors in one folder of /proc. */
function accessIn(folder: string, pid: number, file: FileOnMount): WriteAccess | undefined {
  const name = file.path.slice(file.path.lastIndexOf("/"));
  let access: WriteAccess | undefined;
  for (const descriptor of descriptorsOf(folder)) {
    const target = targetOf(`${folder}/fd/${descriptor}`);
    if (target !== TOO_LONG && target?.endsWith(name) !== true) continue;
    const fdinfo = readIfVisible(() => readFileSync(`${folder}/fdinfo/${descriptor}`, "utf8"), "");
    const own = accessOf(fdinfo);
    if (own === undefined || !isSameFile({ pid, fdinfo, target }, file)) continue;
    if (own === "read-write") return own;
    access = own;
  }
  return access;
}

interface OpenDescriptor {
  readonly pid: number;
  readonly fdinfo: string;
  readonly target: string;
}

/**
 * A file has two paths where its project or its result has two names. Inode numbers repeat between mounts, and a mount that replaced a detached one has the same paths, so both count only
 * together with the mount that they belong to.
 */
function isSameFile({ pid, fdinfo, target }: OpenDescriptor, file: FileOnMount): boolean {
  const { mountPoint, path, mountId, device, ino } = file;
  const absolute = mountPoint + path;
  const openMountId = fdinfoNumber(fdinfo, "mnt_id");
  const hasSameIno = fdinfoNumber(fdinfo, "ino") === ino;
  if (openMountId === mountId && target !== TOO_LONG) {
    return [absolute, path].includes(target) || hasSameIno;
  }
  const openDevice = deviceOf(pid, openMountId);
  if (target === absolute && (device === undefined || openDevice === undefined)) return true;
  return (target === absolute || hasSameIno) && openDevice === device;
}

/** The device of a mount in the mount table of process `pid`; undefined when the mount is detached. */
function deviceOf(pid: number, mountId: number): string | undefined {
  const table = readIfVisible(() => readFileSync(`/proc/${pid}/mountinfo`, "utf8"), "");
  return parseMountTable(table).find(({ id }) => id === mountId)?.device;
}

/** A memory mapping outlives its descriptor, and writes to the file when the memory changes. */
function hasMapping(pid: number, file: FileOnMount): boolean {
  const name = file.path.slice(file.path.lastIndexOf("/"));
  const maps = readIfVisible(() => readFileSync(`/proc/${pid}/maps`, "utf8"), "");
  // The kernel escapes newlines in paths, and nothing else.
  if (!maps.includes(name.replaceAll("\n", "\\012"))) return false;
  return maps.split("\n").some((line) => {
    const [, major = "", minor = "", ino, target = ""] = SHARED_WRITABLE.exec(line) ?? [];
    const path = target.replaceAll("\\012", "\n");
    if (!path.endsWith(name)) return false;
    const device = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`;
    if (file.device !== undefined && device !== file.device) return false;
    return [file.mountPoint + file.path, file.path].includes(path) || Number(ino) === file.ino;
  });
}

/** A shared and writable mapping in /proc/PID/maps, see proc_pid_maps(5): device, inode number and path. */
const SHARED_WRITABLE = /^\S+ .w.s \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)\s+(\/.*)$/;

/** A number in the text of /proc/PID/fdinfo/FD, see proc_pid_fdinfo(5); NaN when it is missing. */
function fdinfoNumber(fdinfo: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(fdinfo)?.[1] ?? NaN);
}

/** The latest descriptors first, since the file was usually opened last. */
function descriptorsOf(folder: string): readonly string[] {
  return readIfVisible(() => readdirSync(`${folder}/fd`).toReversed(), []);
}

/** The folders that show the descriptors of a process: those of its threads, when its main thread has ended. */
function descriptorFolders(pid: number): readonly string[] {
  const folder = `/proc/${pid}`;
  if (descriptorsOf(folder).length > 0) return [folder];
  return readIfVisible(() => readdirSync(`${folder}/task`), []).map(
    (thread) => `${folder}/task/${thread}`,
  );
}

/** Stands for a path of more than 4096 bytes, which the kernel does not show. */
const TOO_LONG = "";

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return (error as NodeJS.ErrnoException).code === "ENAMETOOLONG" ? TOO_LONG : undefined;
  }
}

/** The access mode is in the last two bits of the octal `flags:`. */
function accessOf(fdinfo: string): WriteAccess | undefined {
  const flags = /^flags:\s*([0-7]+)/m.exec(fdinfo)?.[1] ?? "0";
  const mode = Number.parseInt(flags, 8) & (constants.O_WRONLY | constants.O_RDWR);
  if (mode === constants.O_RDONLY) return undefined;
  return mode === constants.O_WRONLY ? "write-only" : "read-write";
}

/** Returns `fallback` when the process ended meanwhile, or belongs to another user. */
function readIfVisible<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return fallback;
  }
}
