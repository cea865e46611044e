import { abandonOnAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BsmountError, describeError, reasonOf } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import { dataNamesOf, withIndexes } from "../core/index-files.ts";
import type { Logger } from "../core/logger.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { OpenWriters } from "./open-writers.ts";
import type { ResultFile } from "./result-file.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";
import { UploadStoppedError } from "./upload-stopped-error.ts";

export interface FinishingOptions {
  readonly registry: StagedRegistry;
  readonly writers: OpenWriters;
  readonly clock: Clock;
  /** Owns what is finished in the background. */
  readonly tasks: TaskGroup;
  readonly logger: Logger;
  /** Called when an upload failed that no call waited for. Without it the owner of the tasks receives the error. */
  readonly onUploadFailed?: ((file: ResultFile, error: unknown) => void) | undefined;
  /** Called when a file is complete, and takes the place of older versions. */
  readonly onReplaced: (file: StagedFile) => Promise<void>;
}

/** How often an index looks whether its data is still written. */
const DATA_PAUSE_MS = 500;

/** When staged files are uploaded and completed. */
export class Finishing {
  readonly #options: FinishingOptions;

  constructor(options: FinishingOptions) {
    this.#options = options;
  }

  /**
   * Finishes `file`; see {@link StagedContent.finish}. Afterwards it has its Id from BaseSpace. While another
   * file is replacing `file`, waits, and does nothing if that succeeds: no older content may be uploaded after newer one.
   *
   * @throws BsmountError as the upload target
   */
  async finish(file: StagedFile, signal: AbortSignal): Promise<void> {
    const isDue = file.content.stillDue();
    await this.#replacementSettled(file, signal);
    // What was removed from its path would be newer, if BaseSpace completed it later.
    await this.#options.registry.ending.settled(file.content.destination, signal);
    if (file.isRemoved) return;
    try {
      await file.content.finish(signal, isDue);
      // Somebody is writing it again, and the caller's close accepts what there is.
      await file.content.stage();
    } catch (error) {
      await this.#keepBytes(file);
      if (error instanceof UploadStoppedError) {
        await this.#finishRenamed(file, signal);
        return;
      }
      file.content.failedWith(error);
      throw error;
    }
    if (!file.isRemoved) await this.finished(file);
  }

  /** BaseSpace does not have `file`: its bytes have to survive the mount. */
  async #keepBytes({ content, path, resultPath }: StagedFile): Promise<void> {
    try {
      await content.stage();
    } catch (error) {
      const what = { path, resultPath, error: describeError(error) };
      this.#options.logger.error(what, "a file that is not uploaded is in memory only");
    }
  }

  /** A rename of `file` has stopped its upload: it is finished under its new name, if that is a final one. */
  async #finishRenamed(file: StagedFile, signal: AbortSignal): Promise<void> {
    await this.#replacementSettled(file, signal);
    if (!file.isRemoved && !file.awaitsRename) await this.finish(file, signal);
  }

  async #replacementSettled(file: StagedFile, signal: AbortSignal): Promise<void> {
    while (file.replacement !== undefined) {
      await abandonOnAbort(
        file.replacement.catch(() => {}),
        signal,
      );
    }
  }

  /** To be called after `file` was finished without {@link finish}. */
  async finished(file: StagedFile): Promise<void> {
    const { registry } = this.#options;
    registry.overtakeOthers(file.content.destination, file);
    registry.lists.list(file.appResultId).changed(file);
    // Until the newest version is complete the older ones have to stay. While it is staged the journal says what to do.
    if (!file.content.isUnfinished) {
      file.awaitWhiteouts();
      await this.#options.onReplaced(file);
    }
    registry.settle(file);
  }

  /** The last writer of `file` did not close it as it should: nobody finishes it unless the user says so. */
  interrupt(file: StagedFile, why: string): void {
    const { path, resultPath } = file;
    this.#options.logger.warn({ path, resultPath, why }, "a file stays in staging, not uploaded");
    file.content.interrupt(why);
    this.#options.tasks.start(async () => await this.#keepBytes(file));
  }

  /** The last writer of `file` closed it, which the journal says soon. */
  closed(file: StagedFile): void {
    this.#options.tasks.start(async () => {
      await file.close();
      await this.#keepBytes(file);
    });
  }

  /** Puts the bytes of `file` on the disk after `delayMs`, unless BaseSpace has them by then. */
  keepBytesLater(file: StagedFile, delayMs: number): void {
    const { clock, tasks } = this.#options;
    tasks.start(async (signal) => {
      await clock.sleep(delayMs, signal);
      await this.#keepBytes(file);
    });
  }

  /** Finishes `file` when nobody waits for it, unless it awaits a rename or a commit; a failure is logged. */
  finishInBackground(file: StagedFile): void {
    const { registry, tasks } = this.#options;
    tasks.start(async (signal) => {
      const hasWaited = await this.#dataClosed(file, signal);
      const { isRemoved, awaitsRename, awaitsCommit, content } = file;
      const isNamed = !awaitsRename && !awaitsCommit && (!hasWaited || isFinishable(file));
      const isDue = isNamed && !isRemoved && content.isUnfinished;
      if (isDue) {
        await this.#finishAfterData(file, signal).catch((error: unknown) => {
          this.#failedInBackground(file, error, signal);
        });
      }
      registry.settle(file);
    });
  }

  #failedInBackground(file: StagedFile, error: unknown, signal: AbortSignal): void {
    const { onUploadFailed } = this.#options;
    if (signal.aborted || onUploadFailed === undefined) throw error;
    onUploadFailed(file, error);
  }

  /** As {@link finishInBackground}, after `delayMs`, unless the file was written or removed by then. */
  finishLater(file: StagedFile, delayMs: number): void {
    const { clock, tasks } = this.#options;
    tasks.start(async (signal) => {
      const { modifiedMs } = file.content;
      await clock.sleep(delayMs, signal);
      const isTouched = file.isOpenForWriting || file.content.modifiedMs !== modifiedMs;
      if (!isTouched) this.finishInBackground(file);
    });
  }

  /** Files that await a commit are finished from now on, as the others; of an app result, or of all. */
  async commitAll(appResultId?: AppResultId): Promise<void> {
    const files = this.#options.registry.unfinished(appResultId);
    const waiting = files.filter(({ awaitsCommit, awaitsRename, isOpenForWriting }) => {
      return awaitsCommit && !awaitsRename && !isOpenForWriting;
    });
    await Promise.all(waiting.map(async ({ content }) => await content.commit()));
  }

  /**
   * Finishes all files that have their final names, that await no commit and that nobody has open for writing, of an app
   * result or of all.
   * @throws the first failure, when all were tried
   */
  async finishAll(signal: AbortSignal, appResultId?: AppResultId): Promise<void> {
    const groups = withIndexes(this.#finishable(appResultId), ({ shownPath }) => shownPath);
    const results = await Promise.allSettled(
      groups.map(async ({ data, indexes }) => {
        await this.finish(data, signal);
        for (const index of indexes) if (isFinishable(index)) await this.finish(index, signal);
      }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** An index is finished after its data: programs take an index that is older than its data for outdated. */
  async #finishAfterData(file: StagedFile, signal: AbortSignal): Promise<void> {
    const { registry } = this.#options;
    const files = registry.uploadedTo(file.appResultId, dataNamesOf(file.path));
    const data = files.find((each) => each.content.isUnfinished && isFinishable(each));
    if (data !== undefined) {
      await this.#finishData(data, file, signal);
      // Its own last close finishes it, if somebody has opened or renamed it meanwhile.
      if (!isFinishable(file)) return;
    }
    await this.finish(file, signal);
  }

  /**
   * If `file` is an index, returns when nobody writes its data: `samtools --write-index` closes the index first. Returns
   * whether it had to wait.
   */
  async #dataClosed(file: StagedFile, signal: AbortSignal): Promise<boolean> {
    const { clock, registry } = this.#options;
    const isWritten = (): boolean => {
      if (file.isRemoved) return false;
      const names = dataNamesOf(file.path);
      return registry.uploadedTo(file.appResultId, names).some((data) => data.isOpenForWriting);
    };
    const waits = isWritten();
    while (isWritten()) await clock.sleep(DATA_PAUSE_MS, signal);
    return waits;
  }

  async #finishData(data: StagedFile, index: StagedFile, signal: AbortSignal): Promise<void> {
    try {
      await this.finish(data, signal);
    } catch (cause) {
      const problem = `${index.shownPath} is an index, and waits for its data, ${data.shownPath}`;
      const error = new BsmountError(reasonOf(cause), problem, { cause });
      index.content.failedWith(error);
      throw error;
    }
  }

  #finishable(appResultId?: AppResultId): readonly StagedFile[] {
    return this.#options.registry.unfinished(appResultId).filter(isFinishable);
  }

  /**
   * Returns what is open for writing in an app result, or anywhere. Waits first for closes that are under way, and for the
   * kernel to report the last ones.
   */
  async stillOpen(signal: AbortSignal, appResultId?: AppResultId): Promise<readonly ResultFile[]> {
    const { clock, registry, writers } = this.#options;
    const closing = async (): Promise<void> => {
      const files = registry.unfinished(appResultId).filter(({ content, isOpenForWriting }) => {
        return isOpenForWriting && content.state === "finishing";
      });
      const settled = Promise.all(files.map(async ({ content }) => await content.settled()));
      await abandonOnAbort(settled, signal);
    };
    return await writers.still({ clock, closing, signal, appResultId });
  }
}

/** A file that is open for writing is its writer's to finish: it may lack most of its bytes, as may an interrupted one. */
function isFinishable(file: StagedFile): boolean {
  const isNamed = !file.awaitsRename && !file.awaitsCommit;
  return isNamed && !file.isOpenForWriting && !file.isInterrupted;
}
