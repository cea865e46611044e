import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, mkdir, open, rename, rm, symlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import type { Session } from "../session/session.ts";
import { byteBar } from "./progress.ts";
import { readRemote } from "./remote-file.ts";
import { childOf, listRemote, type RemoteNode, type RemoteTreeOptions } from "./remote-tree.ts";

export interface DownloadOptions extends RemoteTreeOptions {
  readonly session: Session;
  /** Compare whole files with the MD5s that BaseSpace has. */
  readonly checksum: boolean;
  /** Told of each file when it is complete. */
  readonly onFile: (target: string, sizeBytes: number) => void;
  /** Told of each file below a folder that could not be copied; the others are copied all the same. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Copies one file to `target`: into a scratch file beside it first, which takes the name once every byte
 * is there and checked. What was cut short goes on at the next copy. Keeps the modification time.
 */
export async function downloadFile(
  node: RemoteNode,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const { session, signal, checksum } = options;
  const file = await session.places.fileAt(node.path.slice("bs:".length), signal);
  if (file === undefined) {
    await copyGenerated(node, target, options);
    return;
  }
  const { download } = session.client.transfers;
  using bar = byteBar(file.sizeBytes);
  const onProgress = ({ doneBytes }: { readonly doneBytes: number }): void => bar.show(doneBytes);
  await download.toFile(file, target, { signal, checksum, onProgress });
  const modified = new Date(node.attributes.mtimeMs);
  await utimes(target, modified, modified);
  bar.interrupt(() => options.onFile(target, file.sizeBytes));
}

/** What is made here, such as `.json`, and what has not been uploaded yet. */
async function copyGenerated(
  node: RemoteNode,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const scratch = await openScratch(dirname(target));
  try {
    await copyInto(scratch.file, node, options);
    await scratch.file.close();
    const modified = new Date(node.attributes.mtimeMs);
    await utimes(scratch.path, modified, modified);
    await rename(scratch.path, target);
  } catch (error) {
    await scratch.file.close().catch(() => {});
    await rm(scratch.path, { force: true });
    throw error;
  }
  options.onFile(target, node.attributes.sizeBytes);
}

/**
 * Copies everything below `node` into the folder `target`, which is made. Names come encoded from the
 * tree, so none holds a slash or is `..`; a symlink in the way is refused, not followed.
 */
export async function downloadFolder(
  node: RemoteNode,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  await makeFolder(target);
  for (const { name } of await listRemote(node, options)) {
    try {
      const child = await childOf(node, name, options);
      await downloadNode(child, join(target, name), options);
    } catch (error) {
      options.signal.throwIfAborted();
      options.onFailure(error);
    }
  }
}

async function downloadNode(
  node: RemoteNode,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  switch (node.attributes.type) {
    case "directory":
      await downloadFolder(node, target, options);
      break;
    case "file":
      await downloadFile(node, target, options);
      break;
    case "symlink":
      await copyLink(node, target, options);
      break;
  }
}

/** The tree's links are relative and lead to a neighbour, so they are right in a copy as well. */
async function copyLink(
  node: RemoteNode,
  target: string,
  { fileSystem, signal }: DownloadOptions,
): Promise<void> {
  await rm(target, { force: true });
  await symlink(await fileSystem.readlink(node.attributes.ino, signal), target);
}

async function copyInto(
  file: FileHandle,
  node: RemoteNode,
  options: DownloadOptions,
): Promise<void> {
  let written = 0;
  for await (const piece of readRemote(node, options)) {
    await file.writeFile(piece);
    written += piece.length;
  }
  if (written !== node.attributes.sizeBytes) {
    throw new BsmountError(
      "unavailable",
      `${node.path} has ${node.attributes.sizeBytes} bytes, but only ${written} came`,
    );
  }
  await file.sync();
}

interface ScratchFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** Named by chance and not by the data: what is in BaseSpace may have any name, up to the longest. */
async function openScratch(folder: string): Promise<ScratchFile> {
  const path = join(folder, `.bsmount-${randomBytes(8).toString("hex")}`);
  try {
    return { path, file: await open(path, "wx", 0o644) };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new BsmountError("unavailable", `cannot write into ${folder}`, {
      cause: error,
      ...(isMissing ? { remedy: `mkdir -p ${folder}` } : {}),
    });
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new BsmountError("usage", `cannot make the folder ${path}`, { cause });
  });
  const info = await lstat(path);
  if (!info.isDirectory()) {
    throw new BsmountError("usage", `${path} is in the way: it is a link or a file, not a folder`);
  }
}
