import { statfs } from "node:fs/promises";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { mountedOn } from "../linux/mount-table.ts";
import { unmountWithTools } from "../linux/unmount.ts";

/*
 * A killed process leaves a dead mount behind, on which every call fails with ENOTCONN until it is unmounted. Only
 * such a call tells a dead mount from a live one. It is safe here, because this process never serves the mount itself.
 */
const PROBE_MS = 2_000;

/** Unmounts a dead mount of bsmount on `mountPoint`; returns whether there was one. */
export async function recoverDeadMount(mountPoint: string, signal: AbortSignal): Promise<boolean> {
  if (mountedOn(mountPoint)?.type !== MOUNT_TYPE || !(await isDead(mountPoint))) return false;
  await unmountWithTools(mountPoint, { lazy: true }, signal);
  return true;
}

async function isDead(mountPoint: string): Promise<boolean> {
  const probe = statfs(mountPoint).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOTCONN" || error.code === "ECONNABORTED",
  );
  // A process that hangs never responds; its mount is not dead, and ending it is up to the user.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, false);
  });
  try {
    return await Promise.race([probe, late]);
  } finally {
    clearTimeout(timer);
  }
}
