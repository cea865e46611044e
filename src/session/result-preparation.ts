import type { SessionStatus } from "../api/resources/session-status.ts";
import type { Catalog, Entity } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import { isFinalStatus } from "../fs/writable-folder.ts";
import type { StagedFile } from "../write/staged-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import type { StagingFolders } from "../write/staging-folders.ts";
import { type ResultFile, shownPathOf } from "../write/result-file.ts";
import {
  type RefuseElsewhere,
  refuseMissingStaging,
  refuseResumableUploads,
  refuseStaged,
  type SessionStaging,
} from "./ending-result.ts";
import { newestByPath, type ShownFiles } from "./newest-by-path.ts";
import { StillOpenError } from "./still-open-error.ts";
import type { UnfinishedFilesPolicy } from "./temporary-files-policy.ts";
import {
  interruptedError,
  namedFiles,
  temporaryNamesError,
  uploadsFailedError,
} from "./unfinished-errors.ts";
import {
  discardTemporaryNames,
  failedFiles,
  interruptedFiles,
  keepTemporaryNames,
} from "./unfinished-files.ts";

export interface ResultPreparationOptions {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly catalog: Catalog;
  readonly staged: StagedFiles;
  /** Where this session and others stage what they write. */
  readonly staging: SessionStaging;
  /** Where this user has staged files before. */
  readonly stagingFolders: Pick<StagingFolders, "missing">;
  /** The journals of copies that were begun, in files of this folder. */
  readonly transfersFolder: string;
  /** Asks other mounts before the status of a result changes. */
  readonly refuseElsewhere: RefuseElsewhere;
}

/** A new status, for all results of an app session. */
export interface StatusPlan extends UnfinishedFilesPolicy {
  /** The beginning of an error message: `cannot make r Complete`. */
  readonly what: string;
  readonly status: SessionStatus;
}

/**
 * Prepares the app results of a session for another status: finishes their files, and refuses while there is one that
 * would be lost to them. The status is that of the session, so it ends all of its results at once.
 */
export class ResultPreparation {
  readonly #options: ResultPreparationOptions;

  constructor(options: ResultPreparationOptions) {
    this.#options = options;
  }

  /**
   * Returns when everything is finished. Until the returned object is disposed, no file can be opened for writing in
   * results that will accept no more files.
   * @throws StillOpenError; BsmountError `unfinished`
   */
  async prepare(
    results: readonly Entity[],
    plan: StatusPlan,
    signal: AbortSignal,
  ): Promise<Disposable> {
    if (plan.status === "Running") return { [Symbol.dispose]: () => {} };
    const { staged } = this.#options;
    // The file of a program that is still writing would be complete too early, and could not be changed any more.
    for (const { id } of results) refuseOpen(plan, await staged.finishing.stillOpen(signal, id));
    const marks = isFinalStatus(plan.status)
      ? results.map(({ id }) => staged.writers.closing(id))
      : [];
    const marked = { [Symbol.dispose]: () => marks.forEach((mark) => mark[Symbol.dispose]()) };
    try {
      for (const { id } of results) refuseOpen(plan, staged.writers.files(id));
      for (const result of results) await this.#refuseElsewhere(result, plan, signal);
      for (const result of results) await this.#finishFiles(result, plan, signal);
      // That may have taken hours, in which other mounts were free to write.
      for (const result of results) await this.#refuseElsewhere(result, plan, signal);
      return marked;
    } catch (error) {
      marked[Symbol.dispose]();
      throw error;
    }
  }

  async #refuseElsewhere(result: Entity, plan: StatusPlan, signal: AbortSignal): Promise<void> {
    const { apiServer, catalog, staging, stagingFolders, transfersFolder } = this.#options;
    const ending = { apiServer, appResultId: result.id, what: plan.what };
    await this.#options.refuseElsewhere(ending, signal);
    if (!isFinalStatus(plan.status)) return;
    const remoteFiles = async (): Promise<ShownFiles> => {
      catalog.invalidate(result);
      return newestByPath(await catalog.files(result, signal));
    };
    await refuseStaged(ending, staging, remoteFiles);
    // A copy into a result that is given up ends with it.
    if (plan.status !== "Complete") return;
    await refuseMissingStaging(ending, stagingFolders);
    await refuseResumableUploads(ending, transfersFolder, remoteFiles);
  }

  async #finishFiles({ id }: Entity, plan: StatusPlan, signal: AbortSignal): Promise<void> {
    const { staged } = this.#options;
    const { status, what } = plan;
    await this.#decideTemporaryNames(id, plan, signal);
    await this.#closeInterrupted(staged.unfinished(id), plan);
    refuseUndecided(staged.unfinished(id), plan);
    try {
      if (isFinalStatus(status)) await staged.finishing.commitAll(id);
      await staged.finishing.finishAll(signal, id);
    } catch (error) {
      const failed = failedFiles(staged.unfinished(id));
      throw failed.length === 0 ? error : uploadsFailedError(what, failed);
    }
    // One that was renamed or written meanwhile may not be finished.
    const left = isFinalStatus(status) ? staged.unfinished(id) : [];
    if (left.length > 0) throw uploadsFailedError(what, shown(left));
  }

  /** Files under temporary names are finished only when the caller says so; otherwise they would be lost. */
  async #decideTemporaryNames(
    appResultId: AppResultId,
    { temporaryFiles }: StatusPlan,
    signal: AbortSignal,
  ): Promise<void> {
    const { staged } = this.#options;
    if (temporaryFiles === "upload") await keepTemporaryNames(staged, { appResultId }, signal);
    if (temporaryFiles === "discard") await discardTemporaryNames(staged, { appResultId }, signal);
  }

  /** Nobody knows whether the end of an interrupted file is missing; so the caller decides. */
  async #closeInterrupted(
    unfinished: readonly StagedFile[],
    { what, status, uploadsInterrupted = false }: StatusPlan,
  ): Promise<void> {
    const interrupted = interruptedFiles(unfinished);
    if (uploadsInterrupted) for (const file of interrupted) await file.close();
    else if (isFinalStatus(status) && interrupted.length > 0)
      throw interruptedError(what, shown(interrupted));
  }
}

function refuseOpen({ what }: StatusPlan, open: readonly ResultFile[]): void {
  if (open.length > 0) throw new StillOpenError(what, open.map(shownPathOf));
}

/** @throws BsmountError `unfinished` while there are files that nobody has said what to do with */
function refuseUndecided(
  files: readonly StagedFile[],
  { what, status, leavesUncommitted = false }: StatusPlan,
): void {
  const temporary = files.filter(({ awaitsRename }) => awaitsRename);
  if (isFinalStatus(status) && temporary.length > 0)
    throw temporaryNamesError(what, shown(temporary));
  const waiting = files.filter(({ awaitsCommit }) => awaitsCommit);
  if (leavesUncommitted && waiting.length > 0) throw uncommittedError(what, shown(waiting));
}

function shown(files: readonly StagedFile[]): readonly string[] {
  return files.map(({ shownPath }) => shownPath);
}

function uncommittedError(what: string, paths: readonly string[]): BsmountError {
  const verb = paths.length === 1 ? "awaits" : "await";
  return new BsmountError("unfinished", `${what}: ${namedFiles(paths)} ${verb} a commit`, {
    remedy: "mount again, and complete it, or unmount with bsmount unmount, which commits them",
  });
}
