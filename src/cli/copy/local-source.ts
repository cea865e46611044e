import { isUtf8 } from "node:buffer";
import { constants, createReadStream, fstatSync, open, type Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { BsmountError } from "../../core/errors.ts";

/**
 * All bytes of the regular files at `path` and below, for a bar. What cannot be looked at below it, such as
 * a link to nothing, counts nothing: copying it says what is wrong.
 */
export async function sizeOf(path: string, above: readonly string[] = []): Promise<number> {
  try {
    const info = await stat(path);
    if (!info.isDirectory()) return info.size;
    const inside = await enterFolder(path, above);
    let sum = 0;
    for (const name of await readdir(path)) sum += await sizeOf(join(path, name), inside);
    return sum;
  } catch (error) {
    if (above.length === 0) throw error;
    return 0;
  }
}

/**
 * The folders around what is in `path`, by their real places.
 * @throws BsmountError `usage` for a folder that a link leads back to, which would have no end
 */
export async function enterFolder(
  path: string,
  above: readonly string[],
): Promise<readonly string[]> {
  const real = await realpath(path);
  if (!above.includes(real)) return [...above, real];
  throw new BsmountError("usage", `${path} is a link back to ${real}, which it is in`, {
    remedy: "take the link away, or copy the folders one by one",
  });
}

interface Names {
  readonly names: readonly string[];
  /** As they would be shown: they cannot be opened by that. */
  readonly notUtf8: readonly string[];
}

/** What is in a local folder. */
export async function namesIn(folder: string): Promise<Names> {
  const names: string[] = [];
  const notUtf8: string[] = [];
  for (const name of await readdir(folder, { encoding: "buffer" })) {
    (isUtf8(name) ? names : notUtf8).push(name.toString());
  }
  return { names, notUtf8 };
}

export function isNotUtf8(path: string): BsmountError {
  const problem = `${path} is not copied: its name is not UTF-8, BaseSpace's names are`;
  return new BsmountError("not-utf8", problem, { remedy: "rename it" });
}

/**
 * As stat(2).
 * @throws BsmountError `not-found`; `not-utf8` for an argument that is, so that its bytes are not known
 */
export async function lookAt(path: string): Promise<Stats> {
  return await stat(path).catch((cause: unknown) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    if (isMissing && path.includes("\ufffd")) throw isNotUtf8(path);
    throw new BsmountError(isMissing ? "not-found" : "unavailable", `cannot read ${path}`, {
      cause,
    });
  });
}

/**
 * What something in a folder is copied as.
 * @throws BsmountError `not-supported` for a pipe, which may have no end or no beginning, and the like
 */
export function kindOf(path: string, info: Stats): "file" | "folder" {
  if (info.isDirectory()) return "folder";
  if (info.isFile()) return "file";
  const problem = `${path} is not copied: it is no file, but a pipe, a socket or a device`;
  throw new BsmountError("not-supported", problem);
}

/**
 * The bytes of a pipe or device that was named as a source, such as bash's `<(command)`. Waiting for them is
 * left to the event loop: open(2) or read(2) in Node's few threads would hold up everything else, and could not
 * be interrupted.
 */
export async function openStream(path: string, signal: AbortSignal): Promise<Readable> {
  const fd = await openAtOnce(path);
  const isPipe = fstatSync(fd).isFIFO();
  if (isPipe) return new Socket({ fd, readable: true, writable: false, signal });
  return createReadStream(path, { fd, signal });
}

/** A descriptor that its stream closes; a FileHandle would close it as well. */
async function openAtOnce(path: string): Promise<number> {
  try {
    return await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new BsmountError("unavailable", `cannot read ${path}`, { cause });
  }
}
