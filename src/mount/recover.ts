import { statfs } from "node:fs/promises";
import { MOUNT_TYPE } from "../fuse/mount-options.ts";
import { mountedOn } from "../linux/mount-table.ts";
import { unmountWithTools } from "../linux/unmount.ts";

/*
 * A process that was killed leaves its mount behind: the kernel answers ENOTCONN to everybody until
 * somebody unmounts it. Only the answer of the kernel tells a dead mount from a live one, and asking a
 * live one is harmless here, because it is never served by the process that asks.
 */
const ASK_MS = 2_000;

/** Takes down a dead mount of bsmount on `mountPoint`; true when there was one. */
export async function recoverDeadMount(mountPoint: string, signal: AbortSignal): Promise<boolean> {
  if (mountedOn(mountPoint)?.type !== MOUNT_TYPE || !(await isDead(mountPoint))) return false;
  await unmountWithTools(mountPoint, { lazy: true }, signal);
  return true;
}

async function isDead(mountPoint: string): Promise<boolean> {
  const asked = statfs(mountPoint).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOTCONN" || error.code === "ECONNABORTED",
  );
  // A live daemon that hangs never answers; it is not dead, and somebody else's to end.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ASK_MS, false);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
