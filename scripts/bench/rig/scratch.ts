import { existsSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is removed when it is disposed of. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * A folder in memory where there is room for `bytes`: dropping the page cache then makes mounts cold
 * without making the server read its disk. Elsewhere a folder on disk.
 */
export async function makeScratch(bytes: number): Promise<Scratch> {
  const parent = (await hasRoom("/dev/shm", bytes)) ? "/dev/shm" : tmpdir();
  return ownFolder(parent);
}

/** A folder for mount points, certificates and logs. */
export async function makeWorkFolder(): Promise<Scratch> {
  return ownFolder(tmpdir());
}

async function ownFolder(parent: string): Promise<Scratch> {
  const path = await mkdtemp(join(parent, "bsmount-bench-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function hasRoom(folder: string, bytes: number): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize > bytes * 1.2;
}
