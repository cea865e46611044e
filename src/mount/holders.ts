import { readdir, readFile, readlink } from "node:fs/promises";
import { sep } from "node:path";
import { systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { callersOf } from "../core/process-identity.ts";

/** A process that keeps a mount busy. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** `cwd`, `root`, `exe`, `file` (an open descriptor) or `map` (mapped memory). */
  readonly by: "cwd" | "root" | "exe" | "file" | "map";
  readonly path: string;
}

/**
 * The kernel lets go of a file a moment after its last close, and nobody can be seen holding it meanwhile: a
 * mount that seems to be in use by nobody is tried again for so long.
 */
const LETTING_GO_MS = 2000;
const PAUSE_MS = 50;

export interface UnheldOptions {
  /** The process that serves the mount: what it has open is no use of it. @default this one */
  readonly server?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs `takeDown`, which fails with `busy` while the mount is in use; again for a short while where no process
 * can be seen that uses it.
 * @throws BsmountError `busy`, naming the holders; what else `takeDown` fails with
 */
export async function takeDownUnheld(
  mountPoint: string,
  takeDown: () => Promise<void>,
  { server = process.pid, signal }: UnheldOptions,
): Promise<void> {
  const until = systemClock.now() + LETTING_GO_MS;
  for (;;) {
    try {
      await takeDown();
      return;
    } catch (error) {
      if (reasonOf(error) !== "busy") throw error;
    }
    const holders = await holdersOf(mountPoint, server);
    if (holders.length > 0 || systemClock.now() >= until) throw busyError(mountPoint, holders);
    await systemClock.sleep(PAUSE_MS, signal);
  }
}

/**
 * What processes use below `mountPoint`, what keeps a process there first. Reads links and maps in /proc and
 * never the files they lead to, which would ask the mount itself. Processes of other users are seen by
 * root only, those of other PID namespaces by nobody. Neither this process nor the one that serves the mount
 * is a holder.
 */
export async function holdersOf(
  mountPoint: string,
  server: number = process.pid,
): Promise<readonly Holder[]> {
  // Where no descriptor is left to look with, nobody is seen.
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const holders: Holder[] = [];
  for (const pid of pids) {
    const uses = pid === process.pid || pid === server ? [] : await usesOf(pid, mountPoint);
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
  return new BsmountError("busy", `${inUse(mountPoint)} ${who}`, {
    remedy: "end that use, or unmount with --lazy, which detaches the mount though it is in use",
  });
}

function inUse(mountPoint: string): string {
  return `${mountPoint} is in use by`;
}

/**
 * A failure to unmount as it is told to who asked for it, which is this process. The mount that answered does not
 * know him: where nobody uses it but the shell that he typed in, by being there, that is what is to end.
 */
export async function toldToAsker(
  error: unknown,
  mountPoint: string,
  server: number | undefined,
): Promise<unknown> {
  const isBusy = error instanceof BsmountError && error.message.startsWith(inUse(mountPoint));
  if (!isBusy) return error;
  const holders = await holdersOf(mountPoint, server);
  const callers = callersOf(process.pid);
  const isCallers = holders.every(({ by, pid }) => by === "cwd" && callers.includes(pid));
  if (holders.length === 0 || !isCallers) return error;
  const remedy =
    "cd out of it first, or unmount with --lazy, which detaches the mount all the same";
  return new BsmountError(error.reason, error.message, { cause: error, remedy });
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
