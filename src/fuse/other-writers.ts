import { constants, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

/*
 * The kernel sends a FLUSH for every close of every descriptor, and says neither whose it was nor whether
 * others have the file open. /proc knows: the descriptor that is being closed has left its process's
 * table by then, so whoever is still listed is somebody else. Only links and fdinfo are read: a stat of
 * the file would come back to this mount and wait for itself.
 *
 * Processes of other users show nothing unless the mount is root's, those of other PID namespaces do not
 * show at all. A writer among them that is not seen costs a version of the file, never a byte.
 */

/** For so long the event loop is kept from its other work at a time. */
const SLICE_MS = 4;

/** True when a process has `path` (absolute, inside a mount) open for writing. */
export async function isOpenForWriting(path: string): Promise<boolean> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (const name of readdirSync("/proc")) {
    if (!isProcess(name)) continue;
    if (hasOpenForWriting(`/proc/${name}`, path)) return true;
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + SLICE_MS;
  }
  return false;
}

function isProcess(name: string): boolean {
  return /^\d+$/.test(name) && Number(name) !== process.pid;
}

function hasOpenForWriting(folder: string, path: string): boolean {
  for (const descriptor of descriptorsOf(folder)) {
    if (targetOf(`${folder}/fd/${descriptor}`) !== path) continue;
    if (isWriter(`${folder}/fdinfo/${descriptor}`)) return true;
  }
  return false;
}

function descriptorsOf(folder: string): readonly string[] {
  try {
    return readdirSync(`${folder}/fd`);
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
