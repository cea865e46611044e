import { readdir, readFile, readlink } from "node:fs/promises";
import { sep } from "node:path";

/** A process that keeps a mount busy. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** `cwd`, `root`, `exe`, `file` (an open descriptor) or `map` (mapped memory). */
  readonly by: "cwd" | "root" | "exe" | "file" | "map";
  readonly path: string;
}

type Use = Pick<Holder, "by" | "path">;

/**
 * The processes that use something at or below `mountPoint`; what keeps a process there longest comes first. Only
 * links and maps in /proc are read, never the files behind them, since those would ask the mount itself. Root sees the
 * processes of other users; nobody sees those of other PID namespaces. Neither this process nor `serverPid`, the
 * process that serves the mount, is a holder. Without a free descriptor the result is empty.
 */
export async function findHolders(
  mountPoint: string,
  serverPid: number = process.pid,
): Promise<readonly Holder[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const holders: Holder[] = [];
  for (const pid of pids) {
    if (pid === process.pid || pid === serverPid) continue;
    const uses = await usesOf(pid, mountPoint);
    if (uses.length === 0) continue;
    const command = await commandOf(pid);
    holders.push(...uses.map((use) => ({ pid, command, ...use })));
  }
  return holders;
}

async function usesOf(pid: number, mountPoint: string): Promise<readonly Use[]> {
  const uses: Use[] = [];
  for (const by of ["cwd", "root", "exe"] as const) {
    uses.push({ by, path: await linkTarget(`/proc/${pid}/${by}`) });
  }
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    uses.push({ by: "file", path: await linkTarget(`/proc/${pid}/fd/${descriptor}`) });
  }
  const below = uses.filter(({ path }) => isAtOrBelow(path, mountPoint));
  const mapped = below.length > 0 ? undefined : await mappedFile(pid, mountPoint);
  return mapped === undefined ? below : [mapped];
}

async function mappedFile(pid: number, mountPoint: string): Promise<Use | undefined> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "");
  if (!maps.includes(mountPoint)) return undefined;
  const paths = maps.split("\n").map((line) => line.slice(line.indexOf("/")));
  const path = paths.find((candidate) => isAtOrBelow(candidate, mountPoint));
  return path === undefined ? undefined : { by: "map", path };
}

async function linkTarget(link: string): Promise<string> {
  return await readlink(link).catch(() => "");
}

function isAtOrBelow(path: string, mountPoint: string): boolean {
  return path === mountPoint || path.startsWith(mountPoint + sep);
}

async function commandOf(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return command.trim() || "unknown";
}
