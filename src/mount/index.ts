export { isDaemon, runDaemon } from "./daemon-child.ts";
export { startDaemon } from "./daemon.ts";
export { type ForegroundHooks, runForeground } from "./foreground.ts";
export type { BaseSpaceMount } from "./live-mount.ts";
export { openLogFile } from "./log-file.ts";
export { mountBaseSpace, type MountBaseSpaceOptions } from "./mount-base-space.ts";
export type { MountStatus } from "./mount-status.ts";
export type { MountableSession } from "./mountable-session.ts";
export {
  listMounts,
  metricsAt,
  mountPointsOfOthers,
  refreshAt,
  setStatusAt,
  unmountAt,
} from "./mounts.ts";
