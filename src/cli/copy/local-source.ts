import { isUtf8 } from "node:buffer";
import { constants, createReadStream, fstatSync, open, type Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { BsmountError } from "../../core/errors.ts";

/**
 * The bytes of all regular files at `path` and below, for the progress bar. What cannot be read below it, such as a
 * broken link, counts 0: copying it will report what is wrong.
 */
export async function sizeOfLocal(path: string, above: readonly string[] = []): Promise<number> {
  try {
    const info = await stat(path);
    if (!info.isDirectory()) return info.size;
    const inside = await enterFolder(path, above);
    let sum = 0;
    for (const name of await readdir(path)) sum += await sizeOfLocal(join(path, name), inside);
    return sum;
  } catch (error) {
    if (above.length === 0) throw error;
    return 0;
  }
}

/**
 * Returns `above`, the real paths of the folders that `path` is in, with that of `path` itself.
 * @throws BsmountError `usage` when `path` is a link back to one of them, which would make the copy endless
 */
export async function enterFolder(
  path: string,
  above: readonly string[],
): Promise<readonly string[]> {
  const real = await realpath(path);
  if (!above.includes(real)) return [...above, real];
  throw new BsmountError("usage", `${path} is a link back to ${real}, which it is in`, {
    remedy: "remove the link, or copy the folders one by one",
  });
}

interface Names {
  readonly names: readonly string[];
  /** As they are printed; no file can be opened by such a name. */
  readonly notUtf8: readonly string[];
}

/** The names in a local folder. */
export async function readNames(folder: string): Promise<Names> {
  const names: string[] = [];
  const notUtf8: string[] = [];
  for (const name of await readdir(folder, { encoding: "buffer" })) {
    (isUtf8(name) ? names : notUtf8).push(name.toString());
  }
  return { names, notUtf8 };
}

export function notUtf8Error(path: string): BsmountError {
  const problem = `${path} is not copied: its name is not UTF-8, as all names in BaseSpace are`;
  return new BsmountError("not-utf8", problem, { remedy: "rename it" });
}

/**
 * stat(2) of a source.
 * @throws BsmountError `not-found`; `not-utf8` for an argument with other bytes, which Node does not pass on
 */
export async function statSource(path: string): Promise<Stats> {
  return await stat(path).catch((cause: unknown) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    if (isMissing && path.includes("\ufffd")) throw notUtf8Error(path);
    throw new BsmountError(isMissing ? "not-found" : "unavailable", `cannot read ${path}`, {
      cause,
    });
  });
}

/**
 * Whether an entry of a folder is copied as a file or as a folder.
 * @throws BsmountError `not-supported` for pipes, sockets and devices, which may never end
 */
export function kindOf(path: string, info: Stats): "file" | "folder" {
  if (info.isDirectory()) return "folder";
  if (info.isFile()) return "file";
  const problem = `${path} is not copied: it is not a file but a pipe, a socket or a device`;
  throw new BsmountError("not-supported", problem);
}

/**
 * The bytes of a pipe or device that was named as a source, such as bash's `<(command)`. The event loop waits for them:
 * a blocking open(2) or read(2) would occupy one of Node's few threads, and could not be interrupted.
 */
export async function openStream(path: string, signal: AbortSignal): Promise<Readable> {
  const fd = await openNonBlocking(path);
  const isPipe = fstatSync(fd).isFIFO();
  if (isPipe) return new Socket({ fd, readable: true, writable: false, signal });
  return createReadStream(path, { fd, signal });
}

/** Returns a bare descriptor, because its stream closes it; a FileHandle would close it a second time. */
async function openNonBlocking(path: string): Promise<number> {
  try {
    return await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new BsmountError("unavailable", `cannot read ${path}`, { cause });
  }
}
