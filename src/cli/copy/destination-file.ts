import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { followLinks } from "../../linux/follow-links.ts";

/**
 * The file to write when the user names `target` as the destination of a file: `target`, or the file that it links to,
 * as with cp(1). Links that a copy meets inside a folder are never followed, see `download.ts`.
 * @throws BsmountError `usage` for anything that a file must not replace, and for a broken link
 */
export async function followDestination(target: string): Promise<string> {
  const existing = await lstat(target).catch(() => undefined);
  if (existing === undefined || existing.isFile() || existing.isDirectory()) return target;
  if (!existing.isSymbolicLink()) throw notRegularError(target, "it");
  const link = await readlink(target);
  const linked = await stat(target).catch((cause: unknown) => {
    throw brokenLinkError(target, link, cause);
  });
  if (!linked.isFile() || (await isDescriptor(target)))
    throw notRegularError(target, `it is a link to ${link}, which`);
  return await realpath(target);
}

/**
 * Whether a link leads through `/proc/PID`, as `/dev/stdout` does, to what a process has open. Where that is a file, a
 * new one under its name would not be what the process has open.
 */
async function isDescriptor(link: string): Promise<boolean> {
  const isInProcess = (path: string): boolean => dirname(path).startsWith("/proc/");
  const { path } = await followLinks(link, isInProcess);
  return isInProcess(path);
}

function notRegularError(target: string, what: string): BsmountError {
  const problem = `${target} is in the way: ${what} is not a regular file`;
  return new BsmountError("usage", problem, {
    remedy: "give another name; bsmount cat writes to standard output",
  });
}

function brokenLinkError(target: string, link: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  const isDangling = code === "ENOENT" || code === "ENOTDIR";
  const what = isDangling ? "a dangling link" : "a link that cannot be followed,";
  const problem = `cannot write through ${target}: it is ${what} to ${link}`;
  return new BsmountError("usage", problem, {
    remedy: "remove the link, or give the name of the file itself",
  });
}
