import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, open, rename, rm, utimes } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readDownloadJournal } from "../../api/transfers/download-journal.ts";
import { scratchNames } from "../../api/transfers/download-plan.ts";
import { checkReplaceable } from "../../api/transfers/local-files.ts";
import type { Downloaded } from "../../api/transfers/file-download.ts";
import { BsmountError } from "../../core/errors.ts";
import { readRemote } from "../remote-file.ts";
import type { RemoteNode } from "../remote-tree.ts";
import type { CopyContext } from "./copy.ts";

const COMPARED: Readonly<Record<Downloaded["verified"], string>> = {
  md5: "compared by MD5",
  md5s: "compared by the MD5s of its parts",
  parts: "not compared: BaseSpace has no MD5 to compare with, or of parts of unknown sizes",
};

/**
 * Copies one file to `target`: first into a scratch file beside it, which is renamed once every byte is there and
 * checked. The next copy continues an interrupted one. Keeps the modification time.
 */
export async function downloadFile(
  node: RemoteNode,
  target: string,
  context: CopyContext,
): Promise<void> {
  const { session, signal, memory, progress } = context;
  using bar = progress.file(node.attributes.sizeBytes);
  const file = await session.transferPaths.fileAt(node.path.slice("bs:".length), signal);
  if (file === undefined) {
    await copyGenerated(node, target, context);
    return;
  }
  const { transfers } = session.client;
  if (await isFile(target)) {
    const compared = await transfers.compare(target, file, { signal });
    if (compared === "md5" || compared === "md5s") {
      context.resumption.markKept();
      context.onUnchanged(target, file.sizeBytes, COMPARED[compared]);
      return;
    }
  }
  const options = { signal, memory, onProgress: bar.onProgress };
  const { journal } = scratchNames(resolve(target), file.id);
  const { verified } = await context.resumption.watch(
    transfers.download.toFile(file, target, options),
    async () => await readDownloadJournal(journal),
  );
  const modified = new Date(node.attributes.mtimeMs);
  await utimes(target, modified, modified);
  if (verified !== "parts") context.resumption.markKept();
  context.onFile(target, file.sizeBytes, COMPARED[verified]);
}

async function isFile(target: string): Promise<boolean> {
  return (await lstat(target).catch(() => undefined))?.isFile() === true;
}

/** Copies a file that BaseSpace does not have: one that is generated here, such as `.json`, or not uploaded yet. */
async function copyGenerated(
  node: RemoteNode,
  target: string,
  context: CopyContext,
): Promise<void> {
  await checkReplaceable(target);
  const scratch = await openScratch(dirname(target));
  try {
    await copyInto(scratch.file, node, context);
    await scratch.file.close();
    const modified = new Date(node.attributes.mtimeMs);
    await utimes(scratch.path, modified, modified);
    await rename(scratch.path, target);
  } catch (error) {
    await scratch.file.close().catch(() => {});
    await rm(scratch.path, { force: true });
    throw error;
  }
  context.onFile(target, node.attributes.sizeBytes, "generated here");
}

async function copyInto(file: FileHandle, node: RemoteNode, context: CopyContext): Promise<void> {
  let written = 0;
  for await (const piece of readRemote(node, context)) {
    await file.writeFile(piece);
    written += piece.length;
  }
  if (written !== node.attributes.sizeBytes) {
    throw new BsmountError(
      "unavailable",
      `${node.path} has ${node.attributes.sizeBytes} bytes, but only ${written} were received`,
    );
  }
  await file.sync();
}

interface ScratchFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** Has a random name, since a name made from that of the file could be too long. */
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
