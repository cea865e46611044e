/*
 * Begin here: `mount/` is a mounted session, from its start to its end. `cli/serve-mount.ts` calls `runForeground`, in
 * a background process that `startDaemon` has started or in the foreground. That prepares the mount point, opens the
 * session, mounts it with the driver of `fuse/`, and serves signals. While the mount is live (`live-mount.ts`), it has
 * a control socket and an entry in the registry. Other commands find it there (`find-mount.ts`) and send it requests
 * (`ask-entry.ts`): status, refresh, unmount.
 */

export { isDaemon, runDaemon } from "./daemon-child.ts";
export { startDaemon } from "./daemon.ts";
export { type ForegroundHooks, runForeground } from "./foreground.ts";
export type { PendingUploads } from "./control-protocol.ts";
export { findMount, type MountPath } from "./find-mount.ts";
export type { BaseSpaceMount } from "./live-mount.ts";
export { openLogFile } from "./log-file.ts";
export { mountBaseSpace, type MountBaseSpaceOptions } from "./mount-base-space.ts";
export type { MountStatus } from "./mount-status.ts";
export type { MountableSession } from "./mountable-session.ts";
export { listMounts, metricsAt, refreshAt, refreshMounts, setStatusAt } from "./mounts.ts";
export { type OtherMount, otherMounts } from "./other-mounts.ts";
export { checkStagingDisk } from "./staging-disk.ts";
export { refuseUnfinishedInMounts } from "./result-in-mounts.ts";
export { unmountAt, type UnmountOutcome } from "./unmount-at.ts";
export {
  isUnknownRequest,
  mountsWithUploads,
  type MountWithUploads,
  pathInMount,
} from "./uploads-in-mounts.ts";
export { withoutUnusedLog } from "./unused-log.ts";
