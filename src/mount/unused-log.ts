import { lstat, rm } from "node:fs/promises";
import { canonicalMountPoint } from "./mount-point.ts";
import { lockMount } from "./mount-lock.ts";

export interface LogOfMount {
  readonly logFile: string;
  readonly runtimeFolder: string;
  readonly mountPoint: string;
}

/**
 * Runs `start`, which opens the log before it is known whether it can mount. If it fails and has logged nothing, this
 * removes the log that it created, unless a process mounts there meanwhile, whose log it would be.
 * @throws what `start` throws
 */
export async function withoutUnusedLog<Result>(
  log: LogOfMount,
  start: () => Promise<Result>,
): Promise<Result> {
  const existed = (await sizeOf(log.logFile)) !== undefined;
  try {
    return await start();
  } catch (error) {
    if (!existed) await removeUnlessUsed(log).catch(() => {});
    throw error;
  }
}

async function removeUnlessUsed({ logFile, runtimeFolder, mountPoint }: LogOfMount): Promise<void> {
  const canonical = await canonicalMountPoint(mountPoint).catch(() => mountPoint);
  await using _lock = await lockMount(runtimeFolder, canonical);
  if ((await sizeOf(logFile)) === 0) await rm(logFile);
}

/** Undefined when there is no such file. */
async function sizeOf(file: string): Promise<number | undefined> {
  return await lstat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
