import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";

/**
 * Opens a log for appending, mode 0600, which is made when it is missing, and so is its folder. A link of that name
 * is not followed: the log would be written wherever it leads.
 * @throws BsmountError `environment` when others can replace files of the folder, or it is no plain file of this
 * user's own; `no-space`
 */
export async function openSafeLog(path: string): Promise<FileHandle> {
  const { isShared } = await ensureSafeFolder(dirname(path));
  // Another user could create a file under the name of the log while it is rotated.
  if (isShared) throw logError(path, "others can create files in its folder");
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  const file = await open(path, flags, 0o600).catch((cause: unknown) => {
    throw logError(path, describeFault(cause), cause);
  });
  const info = await file.stat();
  if (info.isFile() && info.uid === process.geteuid?.()) return file;
  await file.close();
  throw logError(path, "it is not a regular file that belongs to you");
}

function describeFault(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ELOOP") return "it is a symbolic link, which is not followed";
  return code === "EISDIR" || code === "ENXIO" ? "it is not a regular file" : "it cannot be opened";
}

function logError(path: string, fault: string, cause?: unknown): BsmountError {
  const remedy = "name another file with --log-file, in a folder that belongs to you";
  return new BsmountError("environment", `cannot write the log ${path}: ${fault}`, {
    cause,
    remedy,
  });
}
