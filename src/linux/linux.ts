/*
 * Begin here: `linux/` is what the Linux kernel and /proc show: mounts (`mount-table.ts`, `open-mount-table.ts`), the
 * processes that use them (`mount-holders.ts`, `open-descriptors.ts`), the identity of processes and which of them are
 * young (`process-identity.ts`, `process-births.ts`, `machine.ts`) and locks between them (`process-lock.ts`), folders that other users cannot
 * change (`private-folder.ts`), symbolic links (`follow-links.ts`) and unmounting (`unmount.ts`). `fuse/` and `mount/`
 * use most of it; `api/`, `write/` and `emulator/` use locks and private folders.
 */

/** Whether this machine can mount: bsmount mounts on Linux only. */
export function isLinux(): boolean {
  return process.platform === "linux";
}
