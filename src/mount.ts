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
