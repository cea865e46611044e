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
import type { Copying } from "./copying.ts";

const HOW: Readonly<Record<Downloaded["verified"], string>> = {
  md5: "compared by MD5",
  md5s: "compared by the MD5s of its parts",
  parts: "not compared: BaseSpace has no MD5 to compare with, or of parts of unknown sizes",
};

/**
 * Copies one file to `target`: into a scratch file beside it first, which takes the name once every byte
 * is there and checked. What was cut short goes on at the next copy. Keeps the modification time.
 */
export async function downloadFile(
  node: RemoteNode,
  target: string,
  copying: Copying,
): Promise<void> {
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
      copying.resumption.kept();
      copying.onUnchanged(target, file.sizeBytes, HOW[compared]);
      return;
    }
  }
  const options = { signal, memory, onProgress: bar.onProgress };
  const { journal } = scratchNames(resolve(target), file.id);
  const { verified } = await copying.resumption.during(
    transfers.download.toFile(file, target, options),
    async () => await readDownloadJournal(journal),
  );
  const modified = new Date(node.attributes.mtimeMs);
  await utimes(target, modified, modified);
  if (verified !== "parts") copying.resumption.kept();
  copying.onFile(target, file.sizeBytes, HOW[verified]);
}

async function isThere(target: string): Promise<boolean> {
  return (await lstat(target).catch(() => undefined))?.isFile() === true;
}

/** What is made here, such as `.json`, and what has not been uploaded yet. */
async function copyGenerated(node: RemoteNode, target: string, copying: Copying): Promise<void> {
  await checkReplaceable(target);
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
