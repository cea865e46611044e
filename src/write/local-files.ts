import type { AppResultId } from "../core/ids.ts";
import { describeError } from "../core/errors.ts";
import { TaskGroup } from "../core/task-group.ts";
import { Draft, tooBig } from "./draft.ts";
import { KeptFiles } from "./kept-files.ts";
import { LocalFile } from "./local-file.ts";
import { type LocalFilesOptions, withDefaults } from "./local-files-options.ts";
import { LocalLists } from "./local-lists.ts";
import { PartMemory } from "./part-memory.ts";
import type { Space } from "./staging-folder.ts";
import { expectedPath } from "./temporary-names.ts";
import type { UploadPlace } from "./upload-target.ts";

/** What a mount that ends waits for uploads that nobody waits for. */
const DRAIN_MS = 5 * 60_000;

/**
 * The files and folders that this mount has made and that BaseSpace's own lists do not show yet. It owns
 * their staging files and everything that goes up in the background.
 */
export class LocalFiles implements AsyncDisposable {
  /** What was made, by app result. */
  readonly lists: LocalLists = new LocalLists();
  readonly #options: Required<LocalFilesOptions>;
  /** Open or unfinished: few, however many were made. */
  readonly #active = new Set<LocalFile>();
  readonly #kept: KeptFiles;
  readonly #memory: PartMemory;
  readonly #tasks: TaskGroup;
  #made = 0;

  constructor(options: LocalFilesOptions) {
    this.#options = withDefaults(options);
    this.#memory = new PartMemory(this.#options.memoryBytes);
    this.#kept = new KeptFiles(this.#options);
    this.#tasks = new TaskGroup((error) =>
      this.#options.logger.error({ error: describeError(error) }, "an upload failed"),
    );
  }

  /**
   * Starts a file, empty, which is listed at once; one with a temporary name is held back.
   * @throws BsmountError `no-space`, `environment`
   */
  async create(appResultId: AppResultId, path: string): Promise<LocalFile> {
    return this.#listed(await this.#newFile(appResultId, path));
  }

  /** As {@link create}, listed when `fill` has written what it begins with. */
  async createFilled(
    place: UploadPlace,
    fill: (draft: Draft) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LocalFile> {
    const file = await this.#newFile(place.appResultId, place.path);
    try {
      await fill(file.draft);
    } catch (error) {
      await file.draft.discard(signal);
      throw error;
    }
    return this.#listed(file);
  }

  /** @throws BsmountError `too-big` when no file can have `sizeBytes` */
  checkFits(path: string, sizeBytes: number): void {
    const { maxFileBytes } = this.#options.plan;
    if (sizeBytes > maxFileBytes) throw tooBig({ path, maxFileBytes, sizeBytes });
  }

  async #newFile(appResultId: AppResultId, path: string): Promise<LocalFile> {
    const { target, clock, plan } = this.#options;
    const staging = await this.#options.staging.createFile();
    const { isHeld, uploadPath } = expectedPath(path);
    const place = { appResultId, path: uploadPath ?? path };
    const shared = { memory: this.#memory, tasks: this.#tasks };
    this.#made += 1;
    const draft = new Draft({ target, place, plan, staging, clock, ...shared });
    draft.sendsAhead = !isHeld || uploadPath !== undefined;
    return Object.assign(new LocalFile(draft, this.#made), { path, isHeld });
  }

  /** Finishes `file`; see {@link Draft.finish}. Afterwards it has its Id from BaseSpace. */
  async finish(file: LocalFile, signal: AbortSignal): Promise<void> {
    try {
      await file.draft.finish(signal);
    } catch (error) {
      file.failure = error;
      throw error;
    }
    file.failure = undefined;
    this.#overtake(file);
    this.lists.changed(file);
    this.closed(file);
  }

  /** Finishes `file` when nobody waits for it; a failure is told to the log. */
  finishInBackground(file: LocalFile): void {
    this.#tasks.start(async (signal) => {
      const isWanted = !file.isRemoved && !file.isHeld && file.draft.isUnfinished;
      if (isWanted) await this.finish(file, signal);
      this.closed(file);
    });
  }

  /** As {@link finishInBackground}, after `delayMs`, unless the file was written or removed by then. */
  finishLater(file: LocalFile, delayMs: number): void {
    const { clock } = this.#options;
    this.#tasks.start(async (signal) => {
      const { modifiedMs } = file.draft;
      await clock.sleep(delayMs, signal);
      const isTouched = file.openWriters > 0 || file.draft.modifiedMs !== modifiedMs;
      if (!isTouched) this.finishInBackground(file);
    });
  }

  /**
   * Lists `file` under another name. What went up under a name that it will not get is given up.
   *
   * @returns false when there is so much to send anew that the caller should not wait for it
   */
  async rename(file: LocalFile, path: string, signal: AbortSignal): Promise<boolean> {
    const { isHeld, uploadPath } = expectedPath(path);
    const { draft } = file;
    const wanted = uploadPath ?? path;
    const isShort = draft.sizeBytes <= this.#options.plan.firstPartBytes;
    const isQuick = draft.place.path === wanted || isShort;
    if (file.hasCompleteVersion) this.#options.onForgotten(draft.place.appResultId);
    file.isHeld = isHeld;
    draft.sendsAhead = !isHeld || uploadPath !== undefined;
    const renaming = draft.rename(wanted, signal);
    this.lists.move(file, path);
    await renaming;
    return isQuick;
  }

  /** The temporary name that `file` has is its name from now on: it can be finished. */
  async keepName(file: LocalFile, signal: AbortSignal): Promise<void> {
    file.isHeld = false;
    await file.draft.rename(file.path, signal);
  }

  /** Forgets `file`; what of it is complete in BaseSpace stays there. */
  async remove(file: LocalFile, signal: AbortSignal): Promise<void> {
    if (file.hasCompleteVersion) this.#options.onForgotten(file.draft.place.appResultId);
    this.#forget(file);
    await file.draft.discard(signal);
  }

  /** Nobody has `file` open: when it is finished its bytes may go to make room for others. */
  closed(file: LocalFile): void {
    if (file.openHandles > 0 || file.isRemoved || file.draft.isUnfinished) return;
    this.#active.delete(file);
    this.#kept.add(file);
    this.#evict();
  }

  /** Somebody opened `file`: it stays. */
  opened(file: LocalFile): void {
    file.openHandles += 1;
    this.#active.add(file);
    this.#kept.remove(file);
  }

  /** Files of an app result, or all, that BaseSpace does not have whole. */
  unfinished(appResultId?: string): readonly LocalFile[] {
    const isAsked = ({ place }: Draft): boolean =>
      appResultId === undefined || place.appResultId === appResultId;
    return [...this.#active].filter(({ draft }) => draft.isUnfinished && isAsked(draft));
  }

  /** Finishes everything that has its final name. @throws the first failure, when all were tried */
  async finishAll(signal: AbortSignal): Promise<void> {
    const files = this.unfinished().filter(({ isHeld }) => !isHeld);
    const results = await Promise.allSettled(
      files.map(async (file) => await this.finish(file, signal)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Room on the disk that files are written to first. */
  async space(): Promise<Space> {
    return await this.#options.staging.space();
  }

  /** Finishes what is under way and what can be finished; the rest is named in the log, and gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drain(AbortSignal.timeout(DRAIN_MS));
    await this.#tasks[Symbol.asyncDispose]();
    await Promise.all(this.lists.files.map(async ({ draft }) => await draft.close()));
    await this.#options.staging[Symbol.asyncDispose]();
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    for (const file of this.unfinished()) {
      const { isHeld, path } = file;
      if (isHeld) {
        logger.error(
          { path },
          "the mount ends, and a file under a temporary name was not uploaded",
        );
        continue;
      }
      await this.finish(file, signal).catch((error: unknown) => {
        logger.error({ path, error: describeError(error) }, "the mount ends, and an upload failed");
      });
    }
  }

  /** Gives back staging files that there is no room for; the files themselves stay listed. */
  #evict(): void {
    const { rememberedFiles, onForgotten } = this.#options;
    for (const file of this.#kept.takeExcess()) {
      file.isStaged = false;
      this.#tasks.start(async () => await file.draft.close());
      const { appResultId } = file.draft.place;
      const isFull = this.lists.forgetOldest(appResultId, rememberedFiles);
      if (isFull) onForgotten(appResultId);
    }
  }

  #listed(file: LocalFile): LocalFile {
    this.#active.add(file);
    this.lists.add(file);
    return file;
  }

  /** `file` is complete: what began to go up under the same name before it would now be older than it. */
  #overtake({ draft }: LocalFile): void {
    const { appResultId, path } = draft.place;
    for (const other of this.#active) {
      const { place } = other.draft;
      const isSame = place.appResultId === appResultId && place.path === path;
      if (isSame && other.draft !== draft) other.draft.overtaken();
    }
  }

  #forget(file: LocalFile): void {
    file.isRemoved = true;
    this.#active.delete(file);
    this.#kept.remove(file);
    this.lists.remove(file);
  }
}
