import { constants, readFileSync, readdirSync, readlinkSync } from "node:fs";

/*
 * Which processes there are and what they have open, as /proc says. Only links and fdinfo are read: a stat
 * of the file would come back to this mount and wait for itself. Processes of other users show nothing
 * unless we are root, those of other PID namespaces do not show at all.
 */

/** All processes but this one, in no order. */
export function otherProcesses(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
}

/** True when process `pid` has `path` open for writing. */
export function hasOpenForWriting(pid: number, path: string): boolean {
  const folder = `/proc/${pid}`;
  return descriptorsOf(folder).some(
    (descriptor) =>
      targetOf(`${folder}/fd/${descriptor}`) === path && isWriter(`${folder}/fdinfo/${descriptor}`),
  );
}

/** What was opened last, which is what is looked for mostly, comes first. */
function descriptorsOf(folder: string): readonly string[] {
  try {
    return readdirSync(`${folder}/fd`).toReversed();
  } catch {
    return []; // It ended, or is another user's.
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** The access mode is in the last two bits of the octal `flags:`. */
function isWriter(fdinfo: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(fdinfo, "utf8"))?.[1] ?? "0";
    const { O_WRONLY, O_RDWR } = constants;
    return (Number.parseInt(flags, 8) & (O_WRONLY | O_RDWR)) !== 0;
  } catch {
    return false;
  }
}
