import { join } from "node:path";
import type { Config } from "../config/config.ts";

/** What the command line passes to the background process. Contains a secret, the token. */
export interface MountPlan {
  readonly mountPoint: string;
  readonly config: Config;
  readonly logFile: string;
  /** The user who runs the command, and has to own the folders. */
  readonly uid: number;
}

/** `<state>/log/<mount point, slashes as dashes>.log`, unless `--log-file` names another. */
export function logFileOf(config: Config, mountPoint: string): string {
  if (config.log.file !== undefined) return config.log.file;
  const name = mountPoint.replace(/^\/+/, "").replaceAll("/", "-").slice(-200);
  return join(config.folders.state, "log", `${name === "" ? "root" : name}.log`);
}
