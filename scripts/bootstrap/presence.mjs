import { execFileSync } from "node:child_process";
import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/* Servers stand in sbin, which an ordinary user's PATH often leaves out. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];
const LIBRARY_FOLDERS = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** Whether the command, library or file that `wanted` provides is on this machine. */
export function isPresent(wanted) {
  if (wanted.command !== undefined) return findCommand(wanted.command) !== undefined;
  if (wanted.library !== undefined) return hasLibrary(wanted.library);
  return isReadable(wanted.file);
}

/** The full path of a command, or undefined. */
export function findCommand(name) {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = name === "nginx" ? [...path, ...SYSTEM_FOLDERS] : path;
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function hasLibrary(name) {
  return linkerKnows(name) || LIBRARY_FOLDERS.some((folder) => folderHas(folder, name));
}

function linkerKnows(name) {
  for (const command of ["ldconfig", "/sbin/ldconfig"]) {
    try {
      const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
      return execFileSync(command, ["-p"], options).includes(`${name} `);
    } catch {
      continue;
    }
  }
  return false;
}

/** Debian keeps libraries one folder deeper, in /usr/lib/x86_64-linux-gnu. */
function folderHas(folder, name) {
  if (isReadable(join(folder, name))) return true;
  return listFolders(folder)
    .filter((child) => child.includes("-linux-"))
    .some((child) => isReadable(join(folder, child, name)));
}

function listFolders(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(path) {
  return isAllowed(path, constants.X_OK);
}

function isReadable(path) {
  return isAllowed(path, constants.R_OK);
}

function isAllowed(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
