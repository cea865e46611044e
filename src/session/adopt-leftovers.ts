import { rm } from "node:fs/promises";
import { md5OfFile } from "../api/digests/md5-of-file.ts";
import type { Catalog, Entity, FileItem } from "../catalog/catalog.ts";
import type { AppResultId } from "../core/ids.ts";
import { describeError, reasonOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { inParallel } from "../core/parallel.ts";
import { isFinal } from "../fs/writable-folder.ts";
import { shownPathOf } from "../write/result-file.ts";
import type { KnownFile, StagedFiles } from "../write/staged-files.ts";
import type { AdoptableFile, Staging } from "../write/staging.ts";

/*
 * A mount that was killed leaves files in staging. The next mount of the same user and server adopts them: what its
 * writer had closed is uploaded, with the parts that BaseSpace lacks; what was still being written is shown as it is, and
 * finished only when somebody says so. A file stays where it is when BaseSpace can no longer take it, or has a newer one
 * at its path: nothing older may hide what was uploaded since.
 */

/** Results that are asked about at a time. */
const PARALLEL = 4;

export interface AdoptOptions {
  readonly staging: Staging;
  readonly staged: StagedFiles;
  readonly catalog: Catalog;
  readonly logger: Logger;
}

/** A file of a result, to be adopted. */
interface Left {
  readonly file: AdoptableFile;
  readonly known: KnownFile;
}

/**
 * Adopts what ended mounts have left behind.
 * @throws BsmountError `no-space`, `environment` when staging cannot be read; the signal's reason
 */
export async function adoptLeftovers(options: AdoptOptions, signal: AbortSignal): Promise<void> {
  const byResult = new Map<AppResultId, Left[]>();
  const onFailure = (path: string, error: unknown): void =>
    options.logger.warn(
      { path, error: describeError(error) },
      "cannot continue what an earlier mount left in this folder",
    );
  for (const file of await options.staging.adopt(onFailure)) {
    const { known, sizeBytes, path } = file;
    const isNeeded = known === undefined ? sizeBytes > 0 : known.state !== "finished";
    if (!isNeeded) await rm(path, { force: true });
    if (!isNeeded || known?.resultFile === undefined) continue;
    const { resultFile } = known;
    const left = byResult.get(resultFile.appResultId) ?? [];
    left.push({ file, known: { ...known, resultFile } });
    byResult.set(resultFile.appResultId, left);
  }
  await inParallel(byResult, { limit: PARALLEL, signal }, async ([appResultId, left], inner) => {
    await adoptInResult(appResultId, left, options, inner);
  });
}

async function adoptInResult(
  appResultId: AppResultId,
  left: readonly Left[],
  options: AdoptOptions,
  signal: AbortSignal,
): Promise<void> {
  const { catalog } = options;
  try {
    const result = await catalog.entity("appresult", appResultId, signal);
    if (isFinal(result)) {
      leave(left, options, `its app result is ${result.status}`);
      return;
    }
    const newest = await newestFiles(catalog, result, signal);
    for (const each of left) await adoptFile(each, newest, options, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isDeleted = reasonOf(error) === "not-found";
    leave(left, options, isDeleted ? "its app result was deleted" : describeError(error));
  }
}

async function adoptFile(
  left: Left,
  newest: ReadonlyMap<string, FileItem>,
  options: AdoptOptions,
  signal: AbortSignal,
): Promise<void> {
  const { file, known } = left;
  const remote = newest.get(known.resultFile.path);
  if (remote !== undefined && remote.dateCreatedMs > file.modifiedMs) {
    if (await isSame(left, remote, signal)) {
      await rm(file.path, { force: true });
      return;
    }
    if (remote.id !== known.upload?.fileId) {
      leave([left], options, "BaseSpace has a newer version of it");
      return;
    }
  }
  try {
    await options.staged.adopt(known, file);
  } catch (error) {
    leave([left], options, describeError(error));
  }
}

/** The process ended after BaseSpace had all of it, and before it knew. */
async function isSame(
  { file, known }: Left,
  remote: FileItem,
  signal: AbortSignal,
): Promise<boolean> {
  if (known.state !== "closed" || remote.sizeBytes !== file.sizeBytes) return false;
  const etag = remote.etag?.toLowerCase() ?? "";
  return /^[0-9a-f]{32}$/.test(etag) && (await md5OfFile(file.path, signal)) === etag;
}

async function newestFiles(
  catalog: Catalog,
  result: Entity,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileItem>> {
  const newest = new Map<string, FileItem>();
  for (const item of await catalog.files(result, signal)) {
    const known = newest.get(item.path);
    if (known === undefined || known.dateCreatedMs < item.dateCreatedMs)
      newest.set(item.path, item);
  }
  return newest;
}

function leave(left: readonly Left[], { logger }: AdoptOptions, why: string): void {
  for (const { file, known } of left) {
    file.noteWhyLeft(why);
    const path = shownPathOf(known.resultFile);
    logger.warn({ file: file.path, path, why }, "an earlier mount left this file, not uploaded");
  }
}
