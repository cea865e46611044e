import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { neverAborted } from "./abort.ts";
import { reasonOf } from "./errors.ts";
import { ensurePrivateFolder } from "./private-folder.ts";
import { SingleFlight } from "./single-flight.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** bsmount's folder for what must survive a restart: `$XDG_STATE_HOME/bsmount`, else `~/.local/state/bsmount`. */
export function stateFolderOf(variables: Variables, home: string): string {
  return join(xdg(variables["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), "bsmount");
}

/** The XDG Base Directory Specification says that relative paths are to be ignored. */
export function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** Where programs of this user find each other's locks unless they say otherwise. */
export function defaultLockFolder(): string {
  return join(stateFolderOf(process.env, homedir()), "locks");
}

/**
 * The folder, made and checked. A user without a home that can be written to, as in many containers, gets one below
 * the folder for temporary files in its place.
 * @throws BsmountError `environment` when that is not this user's own; `no-space`
 */
export async function usableLockFolder(folder: string): Promise<string> {
  // Shared, so that of those who ask one after the other the first one is not the last to know.
  return await checks.run(folder, neverAborted, async () => await checkedLockFolder(folder));
}

const checks = new SingleFlight<string, string>();

async function checkedLockFolder(folder: string): Promise<string> {
  try {
    await ensurePrivateFolder(folder);
    return folder;
  } catch (error) {
    if (reasonOf(error) !== "environment") throw error;
    const other = join(tmpdir(), `bsmount-locks-${process.geteuid?.() ?? 0}`);
    await ensurePrivateFolder(other);
    return other;
  }
}
