import { readdir, readFile, readlink } from "node:fs/promises";
import { sep } from "node:path";
import { BsmountError } from "../core/errors.ts";

/** A process that keeps a mount busy. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** `cwd`, `root`, `exe`, `file` (an open descriptor) or `map` (mapped memory). */
  readonly by: "cwd" | "root" | "exe" | "file" | "map";
  readonly path: string;
}

/**
 * The processes that use something below `mountPoint`, one entry each. Reads links and maps in /proc and
 * never the files they lead to, which would ask the mount itself. Processes of other users are seen by
 * root only, those of other PID namespaces by nobody.
 */
export async function holdersOf(mountPoint: string): Promise<readonly Holder[]> {
  const names = await readdir("/proc");
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const holders: Holder[] = [];
  for (const pid of pids) {
    const use = pid === process.pid ? undefined : await useOf(pid, mountPoint);
    if (use !== undefined) holders.push({ pid, command: await commandOf(pid), ...use });
  }
  return holders;
}

/** `busy` with the holders' names, for a mount that could not be unmounted. */
export async function busyError(mountPoint: string): Promise<BsmountError> {
  const holders = await holdersOf(mountPoint);
  const named = holders.map(({ pid, command, by, path }) => `${pid} (${command}: ${by} ${path})`);
  const who = named.length === 0 ? "a process that cannot be seen from here" : named.join(", ");
  return new BsmountError("busy", `${mountPoint} is in use by ${who}`, {
    remedy: "end that use, or unmount with --lazy, which detaches the mount though it is in use",
  });
}

type Use = Pick<Holder, "by" | "path">;

async function useOf(pid: number, mountPoint: string): Promise<Use | undefined> {
  for (const by of ["cwd", "root", "exe"] as const) {
    const path = await linkOf(`/proc/${pid}/${by}`);
    if (isBelow(path, mountPoint)) return { by, path };
  }
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const path = await linkOf(`/proc/${pid}/fd/${descriptor}`);
    if (isBelow(path, mountPoint)) return { by: "file", path };
  }
  return await mapOf(pid, mountPoint);
}

async function mapOf(pid: number, mountPoint: string): Promise<Use | undefined> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "");
  if (!maps.includes(mountPoint)) return undefined;
  const paths = maps.split("\n").map((line) => line.slice(line.indexOf("/")));
  const path = paths.find((candidate) => isBelow(candidate, mountPoint));
  return path === undefined ? undefined : { by: "map", path };
}

async function linkOf(link: string): Promise<string> {
  return await readlink(link).catch(() => "");
}

function isBelow(path: string, mountPoint: string): boolean {
  return path === mountPoint || path.startsWith(mountPoint + sep);
}

async function commandOf(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return command.trim() || "unknown";
}
