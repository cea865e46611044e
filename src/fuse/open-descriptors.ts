import { constants, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { isOutOfDescriptors } from "../core/descriptors.ts";

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
  /** True when process `pid` has `path` open for writing. */
  hasOpenForWriting(pid: number, path: string): boolean;
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

function hasOpenForWriting(pid: number, path: string): boolean {
  const folder = `/proc/${pid}`;
  return descriptorsOf(folder).some(
    (descriptor) =>
      targetOf(`${folder}/fd/${descriptor}`) === path && isWriter(`${folder}/fdinfo/${descriptor}`),
  );
}

/** What was opened last, which is what is looked for mostly, comes first. */
function descriptorsOf(folder: string): readonly string[] {
  return seen(() => readdirSync(`${folder}/fd`).toReversed(), []);
}

function targetOf(link: string): string | undefined {
  return seen(() => readlinkSync(link), undefined);
}

/** The access mode is in the last two bits of the octal `flags:`. */
function isWriter(fdinfo: string): boolean {
  const text = seen(() => readFileSync(fdinfo, "utf8"), "");
  const flags = /^flags:\s*([0-7]+)/m.exec(text)?.[1] ?? "0";
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
