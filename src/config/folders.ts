import { join } from "node:path";
import { stateFolderOf, xdg } from "../core/user-folders.ts";
import type { Environment } from "./environment.ts";

/** Where bsmount keeps things; absolute paths. */
export interface Folders {
  /** What may be fetched again. */
  readonly cache: string;
  /** Logs and what must survive a restart. */
  readonly state: string;
  /** Sockets of live mounts; gone after a reboot. */
  readonly runtime: string;
}

/**
 * The XDG folders of the user. Never under /tmp: without XDG_RUNTIME_DIR the sockets live under the
 * state folder, which is the user's own.
 */
export function defaultFolders(environment: Environment): Folders {
  const { variables, home } = environment;
  const state = stateFolderOf(variables, home);
  const runtime = xdg(variables["XDG_RUNTIME_DIR"]);
  return {
    cache: join(xdg(variables["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "bsmount"),
    state,
    runtime: runtime === undefined ? join(state, "run") : join(runtime, "bsmount"),
  };
}
