import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, mkdir, open, rename, rm, symlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Downloaded } from "../../api/transfers/file-download.ts";
import { BsmountError } from "../../core/errors.ts";
import { readRemote } from "../remote-file.ts";
import { childOf, listRemote, type RemoteNode, type RemoteTreeOptions } from "../remote-tree.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";

const HOW: Readonly<Record<Downloaded["verified"], string>> = {
  md5: "compared by MD5",
  md5s: "compared by the MD5s of its parts",
  parts: "not compared: BaseSpace has no MD5 to compare with, or of parts of unknown sizes",
};

/**
 * What it takes to copy `node` to `target`, with everything in it: a job for each file and link. The folders
 * are made on the way. Names come encoded from the tree, so none holds a slash or is `..`; a symlink where a
 * folder is to be is refused, one where a file is to be is replaced, and none is followed.
 */
export async function* downloadJobs(
  node: RemoteNode,
  target: string,
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const { type } = node.attributes;
  if (type === "directory") {
    yield* folderJobs(node, target, copying);
    return;
  }
  const copy = type === "file" ? downloadFile : copyLink;
  const jobs: CopyJob[] = [];
  await reporting(copying, async () => {
    copying.taken.take("file", target, node.path);
    jobs.push(async () => await copy(node, target, copying));
  });
  yield* jobs;
}

async function* folderJobs(
  node: RemoteNode,
  target: string,
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const names: string[] = [];
  await reporting(copying, async () => {
    copying.taken.take("folder", target, node.path);
    await makeFolder(target);
    for (const { name } of await listRemote(node, copying)) names.push(name);
  });
  for (const name of names) {
    const children: RemoteNode[] = [];
    await reporting(copying, async () => {
      children.push(await childOf(node, name, copying));
    });
    for (const child of children) yield* downloadJobs(child, join(target, name), copying);
  }
}

/** All bytes of the files at `node` and below, for a bar. What cannot be listed counts nothing. */
export async function sizeOfRemote(node: RemoteNode, options: RemoteTreeOptions): Promise<number> {
  const { type, sizeBytes } = node.attributes;
  if (type !== "directory") return type === "file" ? sizeBytes : 0;
  let sum = 0;
  try {
    for (const { name } of await listRemote(node, options)) {
      sum += await sizeOfRemote(await childOf(node, name, options), options);
    }
  } catch {
    options.signal.throwIfAborted();
  }
  return sum;
}

/**
 * Copies one file to `target`: into a scratch file beside it first, which takes the name once every byte
 * is there and checked. What was cut short goes on at the next copy. Keeps the modification time.
 */
async function downloadFile(node: RemoteNode, target: string, copying: Copying): Promise<void> {
  const { session, signal, memory, progress } = copying;
  using bar = progress.file(node.attributes.sizeBytes);
  const file = await session.places.fileAt(node.path.slice("bs:".length), signal);
  if (file === undefined) {
    await copyGenerated(node, target, copying);
    return;
  }
  const { transfers } = session.client;
  if (await isThere(target)) {
    const compared = await transfers.compare(target, file, { signal });
    if (compared === "md5" || compared === "md5s") {
      copying.onUnchanged(target, file.sizeBytes, HOW[compared]);
      return;
    }
  }
  const options = { signal, memory, onProgress: bar.onProgress };
  const { verified } = await transfers.download.toFile(file, target, options);
  const modified = new Date(node.attributes.mtimeMs);
  await utimes(target, modified, modified);
  copying.onFile(target, file.sizeBytes, HOW[verified]);
}

async function isThere(target: string): Promise<boolean> {
  return (await lstat(target).catch(() => undefined))?.isFile() === true;
}

/** What is made here, such as `.json`, and what has not been uploaded yet. */
async function copyGenerated(node: RemoteNode, target: string, copying: Copying): Promise<void> {
  const scratch = await openScratch(dirname(target));
  try {
    await copyInto(scratch.file, node, copying);
    await scratch.file.close();
    const modified = new Date(node.attributes.mtimeMs);
    await utimes(scratch.path, modified, modified);
    await rename(scratch.path, target);
  } catch (error) {
    await scratch.file.close().catch(() => {});
    await rm(scratch.path, { force: true });
    throw error;
  }
  copying.onFile(target, node.attributes.sizeBytes, "made here");
}

/**
 * The tree's links are relative and lead to a neighbour, so they are right in a copy as well. What has the name
 * already stays, unless it is a link too.
 */
async function copyLink(
  node: RemoteNode,
  target: string,
  { fileSystem, signal }: Copying,
): Promise<void> {
  const linked = await fileSystem.readlink(node.attributes.ino, signal);
  const before = await lstat(target).catch(() => undefined);
  if (before?.isSymbolicLink() === true) await rm(target, { force: true });
  await symlink(linked, target).catch((cause: unknown) => {
    throw new BsmountError("usage", `cannot make the link ${target}`, { cause });
  });
}

async function copyInto(file: FileHandle, node: RemoteNode, copying: Copying): Promise<void> {
  let written = 0;
  for await (const piece of readRemote(node, copying)) {
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
