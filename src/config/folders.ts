import { join } from "node:path";
import { stateFolderOf, xdg } from "../core/user-folders.ts";
import type { Environment } from "./environment.ts";

/** The folders of bsmount; absolute paths. */
export interface Folders {
  /** For data that can be fetched again. */
  readonly cache: string;
  /** For logs, staged files, and everything that must survive a restart. */
  readonly state: string;
  /** For the bytes of files that are written. */
  readonly staging: string;
  /** For the sockets of live mounts; deleted at a reboot. */
  readonly runtime: string;
}

/** Where files are staged unless an option says otherwise. */
export function stagingFolderIn(state: string): string {
  return join(state, "staging");
}

/**
 * The XDG folders of the user. Without XDG_RUNTIME_DIR the sockets are below the state folder, which belongs to the
 * user, and not below /tmp.
 */
export function defaultFolders(environment: Environment): Folders {
  const { variables, home } = environment;
  const state = stateFolderOf(variables, home);
  const runtime = xdg(variables["XDG_RUNTIME_DIR"]);
  return {
    cache: join(xdg(variables["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "bsmount"),
    state,
    staging: stagingFolderIn(state),
    runtime: runtime === undefined ? join(state, "run") : join(runtime, "bsmount"),
  };
}
