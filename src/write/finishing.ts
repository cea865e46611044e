import { abandonOnAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import type { AppResultId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { OpenWriters } from "./open-writers.ts";
import type { ResultFile } from "./result-file.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";

export interface FinishingOptions {
  readonly registry: StagedRegistry;
  readonly writers: OpenWriters;
  readonly clock: Clock;
  /** Owns what is finished in the background. */
  readonly tasks: TaskGroup;
  readonly logger: Logger;
  /** Called when an upload failed that no call waited for. Without it the owner of the tasks receives the error. */
  readonly onUploadFailed?: ((file: ResultFile, error: unknown) => void) | undefined;
}

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
    while (file.replacement !== undefined) {
      await abandonOnAbort(
        file.replacement.catch(() => {}),
        signal,
      );
      if (file.isRemoved) return;
    }
    try {
      await file.content.finish(signal);
    } catch (error) {
      file.content.failedWith(error);
      throw error;
    }
    this.finished(file);
  }

  /** To be called after `file` was finished without {@link finish}. */
  finished(file: StagedFile): void {
    const { registry } = this.#options;
    registry.overtakeOthers(file);
    registry.lists.list(file.appResultId).changed(file);
    registry.settle(file);
  }

  /** The last writer of `file` did not close it as it should: nobody finishes it unless the user says so. */
  interrupt(file: StagedFile, why: string): void {
    const { path, resultPath } = file;
    this.#options.logger.warn({ path, resultPath, why }, "a file stays in staging, not uploaded");
    file.content.interrupt(why);
  }

  /** The last writer of `file` closed it, which the journal says soon. */
  closed(file: StagedFile): void {
    this.#options.tasks.start(async () => await file.content.close());
  }

  /** Finishes `file` when nobody waits for it; a failure is logged. */
  finishInBackground(file: StagedFile): void {
    const { registry, tasks } = this.#options;
    tasks.start(async (signal) => {
      const { isRemoved, awaitsRename, content } = file;
      if (!isRemoved && !awaitsRename && content.isUnfinished) {
        await this.finish(file, signal).catch((error: unknown) => {
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

  /**
   * Finishes all files that have their final names and that nobody has open for writing, of an app result or of all.
   * @throws the first failure, when all were tried
   */
  async finishAll(signal: AbortSignal, appResultId?: AppResultId): Promise<void> {
    const results = await Promise.allSettled(
      this.#finishable(appResultId).map(async (file) => await this.finish(file, signal)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** A file that is open for writing is its writer's to finish: it may lack most of its bytes, as may an interrupted one. */
  #finishable(appResultId?: AppResultId): readonly StagedFile[] {
    return this.#options.registry
      .unfinished(appResultId)
      .filter((file) => !file.awaitsRename && !file.isOpenForWriting && !file.isInterrupted);
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
