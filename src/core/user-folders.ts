import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";

type Variables = Readonly<Record<string, string | undefined>>;

/** bsmount's folder for what must survive a restart: `$XDG_STATE_HOME/bsmount`, else `~/.local/state/bsmount`. */
export function stateFolderOf(variables: Variables, home: string): string {
  return join(xdg(variables["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), "bsmount");
}

/** The XDG Base Directory Specification says that relative paths must be ignored. */
export function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** Where programs of this user find each other's locks unless they say otherwise. */
export function defaultLockFolder(): string {
  return join(stateFolderOf(process.env, homedir()), "locks");
}

/**
 * The folder, and where locks are kept when nothing can be made in that: a home that is read-only, full or missing, as
 * in many containers, is no reason to copy nothing.
 */
export function lockFolders(folder: string): readonly string[] {
  const runtime = xdg(process.env["XDG_RUNTIME_DIR"]);
  return [
    folder,
    ...(runtime === undefined ? [] : [join(runtime, "bsmount", "locks")]),
    join(tmpdir(), `bsmount-locks-${process.geteuid?.() ?? 0}`),
  ];
}
