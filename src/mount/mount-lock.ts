import { BsmountError } from "../core/errors.ts";
import { takeLock } from "../linux/process-lock.ts";

/**
 * Takes the lock of a mount point: nobody else with the same runtime folder can mount there, recover or
 * remove its registry entry.
 * @throws BsmountError `busy`
 */
export async function lockMount(
  runtimeFolder: string,
  mountPoint: string,
): Promise<AsyncDisposable> {
  const lock = await takeLock({ folder: runtimeFolder, key: mountPoint });
  if (lock !== undefined) return lock;
  throw new BsmountError("busy", `${mountPoint} is mounted by bsmount already`, {
    remedy: `bsmount status, or: bsmount unmount ${mountPoint}`,
  });
}
