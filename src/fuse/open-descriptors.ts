import { constants, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { isOutOfDescriptors } from "../core/descriptors.ts";
import { parseMountTable } from "./mount-table.ts";

/*
 * Which processes there are and what they have open, as /proc says. Only links and fdinfo are read: a stat
 * of the file would come back to this mount and wait for itself. Processes of other users show nothing
 * unless we are root, those of other PID namespaces do not show at all.
 *
 * What cannot be read for want of a descriptor is an error and not an empty answer: nobody who is asked
 * about then counts as nobody.
 */

/** The processes of this machine, as far as they can be seen. A method throws when /proc cannot be read. */
export interface Processes {
  /** All but this one, in no order. */
  others(): readonly number[];
  /** The number that was given last; they grow, and begin anew at the highest. */
  lastNumber(): number;
  /** True when process `pid` has `file` open for writing. */
  hasOpenForWriting(pid: number, file: FileOnMount): boolean;
}

/** A mount, as paths and numbers in /proc show it. */
export interface ShownMount {
  /** Absolute, without a slash at its end. */
  readonly mountPoint: string;
  /** Its number in the mount table, when it is known. */
  readonly mountId?: number | undefined;
  /** Its `major:minor`, which it has through every mount of a part of it, when it is known. */
  readonly device?: string | undefined;
}

/** A file of a mount, by all that /proc can show of it. */
export interface FileOnMount extends ShownMount {
  /** In the mount, with a leading slash. */
  readonly path: string;
  /** The inode number that it was opened as, when it is known. */
  readonly ino?: number | undefined;
}

export const systemProcesses: Processes = { others, lastNumber, hasOpenForWriting };

function others(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
}

function lastNumber(): number {
  return Number(readFileSync("/proc/loadavg", "utf8").trim().split(" ").at(-1));
}

/**
 * The link of a descriptor shows where the file is as long as it is in the mount table. Of a detached mount it
 * shows the path in the mount, and through a mount of a part of it, as containers have, another path that ends
 * with the same name. Then the descriptor's own facts tell.
 */
function hasOpenForWriting(pid: number, file: FileOnMount): boolean {
  return hasDescriptor(pid, file) || hasMapping(pid, file);
}

function hasDescriptor(pid: number, file: FileOnMount): boolean {
  return tablesOf(pid).some((folder) => hasInTable(folder, pid, file));
}

function hasInTable(folder: string, pid: number, file: FileOnMount): boolean {
  const name = file.path.slice(file.path.lastIndexOf("/"));
  return descriptorsOf(folder).some((descriptor) => {
    const target = targetOf(`${folder}/fd/${descriptor}`);
    if (target !== TOO_LONG && target?.endsWith(name) !== true) return false;
    const facts = seen(() => readFileSync(`${folder}/fdinfo/${descriptor}`, "utf8"), "");
    return isWriter(facts) && isSame({ pid, facts, target }, file);
  });
}

interface OpenThere {
  readonly pid: number;
  readonly facts: string;
  readonly target: string;
}

/**
 * Two mounts have inodes of the same number, and one that took the place of a detached one has the same paths, so
 * neither counts without the mount that it is of.
 */
function isSame({ pid, facts, target }: OpenThere, file: FileOnMount): boolean {
  const { mountPoint, path, mountId, device, ino } = file;
  const whole = mountPoint + path;
  const there = factOf(facts, "mnt_id");
  if (there === mountId && target !== TOO_LONG) return target === whole || target === path;
  const other = deviceOf(pid, there);
  if (target === whole && (device === undefined || other === undefined)) return true;
  const isThat = target === whole || (ino !== undefined && factOf(facts, "ino") === ino);
  return isThat && other === device;
}

/** The device of a mount as process `pid` has it; undefined when it is detached. */
function deviceOf(pid: number, mountId: number): string | undefined {
  const table = seen(() => readFileSync(`/proc/${pid}/mountinfo`, "utf8"), "");
  return parseMountTable(table).find(({ id }) => id === mountId)?.device;
}

/** Memory that is a part of the file outlives the descriptor, and is written when it changes. */
function hasMapping(pid: number, file: FileOnMount): boolean {
  const name = file.path.slice(file.path.lastIndexOf("/"));
  const maps = seen(() => readFileSync(`/proc/${pid}/maps`, "utf8"), "");
  // The kernel writes a newline in a path as this, and nothing else of it otherwise.
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

/** A line of /proc/PID/maps, see proc_pid_maps(5): device, inode number and path of what is shared and writable. */
const SHARED_WRITABLE = /^\S+ .w.s \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)\s+(\/.*)$/;

/** A number in what /proc/PID/fdinfo says, see proc_pid_fdinfo(5); NaN when it is not there. */
function factOf(facts: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(facts)?.[1] ?? NaN);
}

/** What was opened last, which is what is looked for mostly, comes first. */
function descriptorsOf(folder: string): readonly string[] {
  return seen(() => readdirSync(`${folder}/fd`).toReversed(), []);
}

/** Where a process shows what it has open: in its threads, when its first one has ended before the others. */
function tablesOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}`;
  if (descriptorsOf(folder).length > 0) return [folder];
  return seen(() => readdirSync(`${folder}/task`), []).map((thread) => `${folder}/task/${thread}`);
}

/** The kernel shows no path of more than 4096 bytes. */
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
function isWriter(facts: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(facts)?.[1] ?? "0";
  const { O_WRONLY, O_RDWR } = constants;
  return (Number.parseInt(flags, 8) & (O_WRONLY | O_RDWR)) !== 0;
}

/** What `look` finds; `unseen` when the process ended meanwhile, or is another user's. */
function seen<T>(look: () => T, unseen: T): T {
  try {
    return look();
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return unseen;
  }
}
