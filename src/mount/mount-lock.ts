import { BsmountError } from "../core/errors.ts";
import { takeLock } from "../linux/process-lock.ts";

/**
 * Takes the lock of a mount point. Without it, no process with the same runtime folder mounts there, recovers a dead
 * mount or removes a registry entry.
 * @throws BsmountError `busy`
 */
export async function lockMount(
  runtimeFolder: string,
  mountPoint: string,
): Promise<AsyncDisposable> {
  const lock = await takeLock({ folder: runtimeFolder, key: mountPoint });
  if (lock !== undefined) return lock;
  throw new BsmountError("busy", `${mountPoint} is already mounted by bsmount`, {
    remedy: `bsmount status, or: bsmount unmount ${mountPoint}`,
  });
}
