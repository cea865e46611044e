import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, Server } from "./processes.ts";

/** A file system that a program of ours serves; disposing unmounts it and ends the program. */
export interface MountedServer extends AsyncDisposable {
  readonly path: string;
  readonly pid: number;
}

/** Starts `program` in the foreground with the arguments for a mount point; resolves when it is live. */
export async function mountWith(
  folder: string,
  start: (mountPoint: string) => Promise<Server>,
  signal: AbortSignal,
): Promise<MountedServer> {
  const path = join(folder, "mnt");
  await mkdir(path, { recursive: true });
  const server = await start(path);
  const mounted: MountedServer = {
    path,
    pid: server.pid,
    [Symbol.asyncDispose]: () => unmount(path, server),
  };
  try {
    await server.waitUntil(() => isMounted(path), signal);
    return mounted;
  } catch (error) {
    await mounted[Symbol.asyncDispose]();
    throw error;
  }
}

async function isMounted(path: string): Promise<boolean> {
  const table = await readFile("/proc/self/mountinfo", "utf8");
  return table.split("\n").some((line) => line.split(" ")[4] === path);
}

async function unmount(path: string, server: Server): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  for (const how of ["-u", "-uz"]) {
    if (!(await isMounted(path))) break;
    await run("fusermount3", [how, path], { signal }).catch(() => {});
  }
  await server.endsWithin(5000);
  await server[Symbol.asyncDispose]();
}
