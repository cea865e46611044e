/*
 * The public interface of mounts, `bsmount/mount`: a configuration (`resolveConfig`), a session for it
 * (`openSession`), and the session as a mount (`mountBaseSpace`). The code begins in session/session.ts and
 * mount/mount.ts.
 */

export { processEnvironment } from "./config/environment.ts";
export type { GivenOptions } from "./config/option-values.ts";
export { type Config, resolveConfig } from "./config/config.ts";
export {
  type BaseSpaceMount,
  mountBaseSpace,
  type MountableSession,
  type MountBaseSpaceOptions,
  type MountStatus,
} from "./mount/mount.ts";
export { openSession, type Session } from "./session/session.ts";
export type { StatusOutcome } from "./session/status-outcome.ts";
