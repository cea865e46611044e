import { lstat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";
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
  const state = join(xdg(variables["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), "bsmount");
  const runtime = xdg(variables["XDG_RUNTIME_DIR"]);
  return {
    cache: join(xdg(variables["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "bsmount"),
    state,
    runtime: runtime === undefined ? join(state, "run") : join(runtime, "bsmount"),
  };
}

/** The XDG specification says that relative paths are to be ignored. */
function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/**
 * Makes `path` and its missing parents with mode 0700.
 * @throws BsmountError `environment` when it is a symlink, another user's, or writable by others,
 * or cannot be made; `no-space`
 */
export async function ensurePrivateFolder(path: string, uid: number): Promise<void> {
  await makeFolders(path, { mode: 0o700 });
  const info = await lstat(path);
  const fault = !info.isDirectory()
    ? "is not a folder (a symbolic link is not taken either)"
    : info.uid !== uid
      ? `belongs to user ${info.uid}`
      : (info.mode & 0o022) !== 0
        ? "is writable by others"
        : undefined;
  if (fault !== undefined) {
    throw new BsmountError(
      "environment",
      `bsmount does not keep its files in ${path}: it ${fault}`,
      {
        remedy: `chmod 700 ${path}, or name another folder`,
      },
    );
  }
}
