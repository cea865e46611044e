import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { Session } from "../session/session.ts";
import { isTemporaryName } from "../write/temporary-names.ts";
import { childOf, type RemoteNode, type RemoteTreeOptions } from "./remote-tree.ts";

export interface UploadOptions extends RemoteTreeOptions {
  readonly session: Session;
  /** Told of each file when BaseSpace has it. */
  readonly onFile: (target: string, sizeBytes: number) => void;
  /** Told of each file below a folder that could not be copied; the others are copied all the same. */
  readonly onFailure: (error: unknown) => void;
}

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
async function enterFolder(path: string, above: readonly string[]): Promise<readonly string[]> {
  const real = await realpath(path);
  if (!above.includes(real)) return [...above, real];
  throw new BsmountError("usage", `${path} is a link back to ${real}, which it is in`, {
    remedy: "take the link away, or copy the folders one by one",
  });
}

/**
 * Copies the local file `source` into the folder `parent` as `name`. Returns when BaseSpace says that it
 * is complete. A file of that name becomes an older version.
 */
export async function uploadFile(
  source: string,
  { parent, name }: { readonly parent: RemoteNode; readonly name: string },
  options: UploadOptions,
): Promise<void> {
  if (isTemporaryName(name)) {
    throw new BsmountError("usage", `${name} is a temporary name, which no finished file has`, {
      remedy: `give it another one: bsmount cp ${source} '${parent.path}/NAME'`,
    });
  }
  const { session, signal } = options;
  const folder = parent.path.slice("bs:".length);
  const place = await session.places.uploadInto(folder, { name, source }, signal);
  const { journal, ...to } = place;
  const { transfers } = session.client;
  const { sizeBytes } = (await stat(source)).isFile()
    ? await transfers.upload(to, source, { signal, journal })
    : await transfers.upload(to, createReadStream(source, { signal }), { signal });
  options.onFile(`${parent.path}/${name}`, sizeBytes);
}

/** Copies a local folder with everything in it into `parent` as `name`; links are followed. */
export async function uploadFolder(
  source: string,
  { parent, name }: { readonly parent: RemoteNode; readonly name: string },
  options: UploadOptions,
  above: readonly string[] = [],
): Promise<void> {
  const inside = await enterFolder(source, above);
  const folder = await makeFolder(parent, name, options);
  for (const entry of await readdir(source)) {
    const path = join(source, entry);
    const place = { parent: folder, name: basename(entry) };
    try {
      if ((await stat(path)).isDirectory()) await uploadFolder(path, place, options, inside);
      else await uploadFile(path, place, options);
    } catch (error) {
      options.signal.throwIfAborted();
      options.onFailure(error);
    }
  }
}

async function makeFolder(
  parent: RemoteNode,
  name: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode> {
  const existing = await find(parent, name, options);
  if (existing !== undefined) return existing;
  await options.fileSystem.change.mkdir(parent.attributes.ino, name, 0o755, options.signal);
  return await childOf(parent, name, options);
}

async function find(
  parent: RemoteNode,
  name: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode | undefined> {
  try {
    return await childOf(parent, name, options);
  } catch (error) {
    if (reasonOf(error) === "not-found") return undefined;
    throw error;
  }
}
