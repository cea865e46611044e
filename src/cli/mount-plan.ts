import { join } from "node:path";
import type { Config } from "../config/resolve.ts";

/** What the command line hands to the background process. Holds a secret: the token. */
export interface MountPlan {
  readonly mountPoint: string;
  readonly config: Config;
  readonly logFile: string;
  /** Who runs the command; folders must be his. */
  readonly uid: number;
}

/** `<state>/log/<mount point, slashes as dashes>.log`, unless `--log-file` names another. */
export function logFileOf(config: Config, mountPoint: string): string {
  if (config.log.file !== undefined) return config.log.file;
  const name = mountPoint.replace(/^\/+/, "").replaceAll("/", "-").slice(-200);
  return join(config.folders.state, "log", `${name === "" ? "root" : name}.log`);
}
