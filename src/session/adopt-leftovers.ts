import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { md5OfFile } from "../api/digests/md5-of-file.ts";
import type { Catalog, FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import { BsmountError, describeError, reasonOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { inParallel } from "../core/parallel.ts";
import { isFinal } from "../fs/writable-folder.ts";
import { newestByPath, type ShownFiles } from "./newest-by-path.ts";
import { completedId, coverReplaced } from "./cover-replaced.ts";
import { cameAfter } from "../write/came-after.ts";
import { isDone, type JournaledFile, overtakenBy } from "../write/journaled-file.ts";
import { mayLackWhiteouts } from "../write/missing-whiteouts.ts";
import { isRemovedWhileOpen } from "../write/temporary-names.ts";
import { finalReason } from "../write/final-failure.ts";
import { shownPathOf } from "../write/result-file.ts";
import type { ShownThen } from "../write/earlier-upload.ts";
import type { KnownFile } from "../write/known-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import type { AdoptableFile, Staging } from "../write/staging.ts";
import { WrittenPaths } from "./written-paths.ts";

/*
 * A mount that was killed leaves files in staging. The next mount of the same user and server adopts them: what its
 * writer had closed is uploaded, with the parts that BaseSpace lacks; what was still being written is shown as it is, and
 * finished only when somebody says so. A file stays where it is when BaseSpace can no longer take it, or has a newer one
 * at its path: nothing older may hide what was uploaded since. The journal says which file the path had when the one that
 * was left behind was begun, and Ids count up; so clocks are compared only where it does not say that.
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

/** How long a mount waits for it when it starts, in milliseconds. With a slow service it continues in the background. */
const START_MS = 5000;

/**
 * Adopts what ended mounts have left behind. Returns when that is done, or goes on in the background after some seconds;
 * disposing ends it. Failures are logged: they keep no mount from starting.
 * @param signal ends the waiting
 */
export async function startAdoption(
  options: AdoptOptions,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const ending = new AbortController();
  const adopting = adoptLeftovers(options, ending.signal).catch((error: unknown) => {
    if (ending.signal.aborted) return;
    options.logger.warn(
      { error: describeError(error) },
      "cannot continue what earlier mounts left",
    );
  });
  const waiting = new AbortController();
  const either = AbortSignal.any([waiting.signal, signal]);
  const limit = sleep(START_MS, undefined, { signal: either }).catch(() => {});
  await Promise.race([adopting, limit]);
  waiting.abort();
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort(new BsmountError("aborted", "the session ended"));
      await adopting;
    },
  };
}

async function adoptLeftovers(options: AdoptOptions, signal: AbortSignal): Promise<void> {
  const byResult = new Map<AppResultId, Left[]>();
  const onFailure = (path: string, error: unknown): void =>
    options.logger.warn(
      { path, error: describeError(error) },
      "cannot continue what an earlier mount left in this folder",
    );
  for (const file of await options.staging.adopt(onFailure)) {
    const { known, sizeBytes, path } = file;
    const isNeeded = known === undefined ? sizeBytes > 0 : isMissing(known);
    if (known?.resultFile !== undefined && (isNeeded || file.isLost || mayLackWhiteouts(known))) {
      const { resultFile } = known;
      const left = byResult.get(resultFile.appResultId) ?? [];
      left.push({ file, known: { ...known, resultFile } });
      byResult.set(resultFile.appResultId, left);
    } else if (!isNeeded) {
      // What the disk refuses to delete stays where it is.
      await rm(path, { force: true }).catch(() => {});
    }
  }
  await inParallel(byResult, { limit: PARALLEL, signal }, async ([appResultId, left], inner) => {
    await adoptInResult(appResultId, left, options, inner);
  });
}

/** Whether BaseSpace lacks it, and nobody has removed it. */
function isMissing(known: JournaledFile): boolean {
  return !isDone(known) && !isRemovedWhileOpen(known.resultFile?.path ?? "");
}

async function adoptInResult(
  appResultId: AppResultId,
  left: readonly Left[],
  options: AdoptOptions,
  signal: AbortSignal,
): Promise<void> {
  const { catalog } = options;
  const isOver = ({ file, known }: Left): boolean => file.isLost || isDone(known);
  const done = left.filter(isOver);
  const missing = left.filter((each) => !isOver(each));
  try {
    const result = await catalog.entity("appresult", appResultId, signal);
    const isOpen = !isFinal(result);
    if (!isOpen) leave(missing, options, finalReason(`its app result is ${result.status}`));
    if (!isOpen && done.length === 0) return;
    await options.staged.whiteouts.upToDate(appResultId);
    const listed = await catalog.files(result, signal);
    const listing = listingOf(listed);
    for (const each of done) await tidyDone(each, { ...listing, listed }, options);
    const toAdopt = isOpen ? newestOfEach(missing, options) : [];
    const written = new WrittenPaths(options.staged.lists, appResultId);
    for (const each of toAdopt) await adoptFile(each, { ...listing, written }, options, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (reasonOf(error) !== "not-found") leave(missing, options, describeError(error));
    else await leaveDeleted({ done, missing }, options);
  }
}

async function leaveDeleted(
  { done, missing }: { readonly done: readonly Left[]; readonly missing: readonly Left[] },
  options: AdoptOptions,
): Promise<void> {
  for (const { file } of done) await rm(file.path, { force: true }).catch(() => {});
  leave(missing, options, finalReason("its app result was deleted"));
}

/** BaseSpace has it: what it replaced is not shown any more, and its bytes are of no use. */
async function tidyDone(
  { file, known }: Left,
  { newest, listed }: Listing & { readonly listed: readonly FileItem[] },
  { staged, logger }: AdoptOptions,
): Promise<void> {
  const fileId = completedId(known, newest);
  try {
    if (fileId !== undefined) await coverReplaced(known, { fileId, listed }, staged.whiteouts);
    await file.noteDone();
    await rm(file.path, { force: true });
  } catch (error) {
    // The next mount tries again.
    const path = shownPathOf(known.resultFile);
    logger.warn({ path, error: describeError(error) }, "what a file has replaced is shown again");
  }
}

/** The file to adopt for each path; the others stay where they are. */
function newestOfEach(left: readonly Left[], options: AdoptOptions): readonly Left[] {
  const chosen = new Map<string, Left>();
  for (const each of left.toSorted((a, b) => b.file.modifiedMs - a.file.modifiedMs)) {
    const { path } = each.known.resultFile;
    if (chosen.has(path)) leave([each], options, "a newer file of its path was left behind too");
    else chosen.set(path, each);
  }
  return [...chosen.values()];
}

async function adoptFile(
  left: Left,
  { newest, listedUpTo, written }: Listing & { readonly written: WrittenPaths },
  options: AdoptOptions,
  signal: AbortSignal,
): Promise<void> {
  const { file, known } = left;
  const remote = newest.get(known.resultFile.path);
  const { shown, upload, wholes = [] } = known;
  const sentMd5s = wholes.map(({ md5 }) => md5);
  const { modifiedMs } = file;
  const overtakes = overtakenBy(known);
  const leftBehind = { shown, pendingId: upload?.fileId, overtakes, modifiedMs };
  const newer = remote !== undefined && cameAfter(remote, leftBehind) ? remote : undefined;
  if (newer !== undefined && (await isSame(left, newer, signal))) {
    const replaced = { fileId: newer.id, listed: [] };
    await coverReplaced(known, replaced, options.staged.whiteouts).catch(() => {});
    await rm(file.path, { force: true }).catch(() => {});
    return;
  }
  if (newer !== undefined && cameAfter(newer, { ...leftBehind, sentMd5s })) {
    leave([left], options, finalReason("BaseSpace has a newer version of it"));
    return;
  }
  // A program may have made it while others were adopted: then this one would be shown in its place.
  if (written.has(known.resultFile.path)) leave([left], options, "its path is being written again");
  else await showFile(left, { newest: remote, listedUpTo }, options);
}

async function showFile(left: Left, shown: ShownThen, options: AdoptOptions): Promise<void> {
  try {
    await options.staged.adopt(left.known, left.file, shown);
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

/** The complete files of a result. */
interface Listing {
  /** What each path shows. */
  readonly newest: ShownFiles;
  /** The greatest Id. */
  readonly listedUpTo: FileId | undefined;
}

/** Also of files that were removed or replaced here: a new one has to have a greater Id than they. */
function listingOf(items: readonly FileItem[]): Listing {
  let listedUpTo: FileId | undefined;
  for (const { id } of items) {
    if (listedUpTo === undefined || compareIds(id, listedUpTo) > 0) listedUpTo = id;
  }
  return { newest: newestByPath(items), listedUpTo };
}

function leave(left: readonly Left[], { logger }: AdoptOptions, why: string): void {
  for (const { file, known } of left) {
    file.noteWhyLeft(why);
    const path = shownPathOf(known.resultFile);
    logger.warn({ file: file.path, path, why }, "an earlier mount left this file, not uploaded");
  }
}
