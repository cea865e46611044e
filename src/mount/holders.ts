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
 * What processes use below `mountPoint`, what keeps a process there first. Reads links and maps in /proc and
 * never the files they lead to, which would ask the mount itself. Processes of other users are seen by
 * root only, those of other PID namespaces by nobody.
 */
export async function holdersOf(mountPoint: string): Promise<readonly Holder[]> {
  const names = await readdir("/proc");
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const holders: Holder[] = [];
  for (const pid of pids) {
    const uses = pid === process.pid ? [] : await usesOf(pid, mountPoint);
    if (uses.length === 0) continue;
    const command = await commandOf(pid);
    holders.push(...uses.map((use) => ({ pid, command, ...use })));
  }
  return holders;
}

/** `path`, in a mount, and who of `holders` has it open: `/projects/…/x (12 bash)`. */
export function withHolders(path: string, mountPoint: string, holders: readonly Holder[]): string {
  const those = holders.filter((holder) => holder.path === mountPoint + path);
  if (those.length === 0) return path;
  return `${path} (${those.map(({ pid, command }) => `${pid} ${command}`).join(", ")})`;
}

/** `busy` with the names of `holders`, for a mount that cannot be unmounted. */
export function busyError(mountPoint: string, holders: readonly Holder[]): BsmountError {
  const byProcess = new Map(holders.toReversed().map((holder) => [holder.pid, holder]));
  const named = [...byProcess.values()].map(
    ({ pid, command, by, path }) => `${pid} (${command}: ${by} ${path})`,
  );
  const who = named.length === 0 ? "a process that cannot be seen from here" : named.join(", ");
  return new BsmountError("busy", `${mountPoint} is in use by ${who}`, {
    remedy: "end that use, or unmount with --lazy, which detaches the mount though it is in use",
  });
}

type Use = Pick<Holder, "by" | "path">;

async function usesOf(pid: number, mountPoint: string): Promise<readonly Use[]> {
  const uses: Use[] = [];
  for (const by of ["cwd", "root", "exe"] as const) {
    uses.push({ by, path: await linkOf(`/proc/${pid}/${by}`) });
  }
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    uses.push({ by: "file", path: await linkOf(`/proc/${pid}/fd/${descriptor}`) });
  }
  const below = uses.filter(({ path }) => isBelow(path, mountPoint));
  const mapped = below.length > 0 ? undefined : await mapOf(pid, mountPoint);
  return mapped === undefined ? below : [mapped];
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
