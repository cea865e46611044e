import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { followLinks } from "../../linux/follow-links.ts";

/*
 * The destination that the user names himself is followed as cp(1) follows it: he says by it which file is meant.
 * What a name of BaseSpace meets in a folder is followed nowhere, see `download.ts`.
 */

/**
 * Where a file goes whose destination is `target`: there, or, where that is a link, what it leads to.
 * @throws BsmountError `usage` for what no file may take the place of, and for a link that leads nowhere
 */
export async function namedTarget(target: string): Promise<string> {
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined || there.isFile() || there.isDirectory()) return target;
  if (!there.isSymbolicLink()) throw notRegular(target, "it");
  const link = await readlink(target);
  const meant = await stat(target).catch((cause: unknown) => {
    throw leadsNowhere(target, link, cause);
  });
  if (!meant.isFile() || (await isDescriptor(target)))
    throw notRegular(target, `it is a link to ${link}, which`);
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

function notRegular(target: string, what: string): BsmountError {
  const problem = `${target} is in the way: ${what} is no regular file`;
  return new BsmountError("usage", problem, {
    remedy: "give another name; bsmount cat writes to standard output",
  });
}

function leadsNowhere(target: string, link: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  const isDangling = code === "ENOENT" || code === "ENOTDIR";
  const what = isDangling ? "a dangling link" : "a link that cannot be followed,";
  const problem = `cannot write through ${target}: it is ${what} to ${link}`;
  return new BsmountError("usage", problem, {
    remedy: "remove the link, or give the name of the file itself",
  });
}
