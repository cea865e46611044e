import type { AppResultId } from "../core/ids.ts";
import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError, describeError } from "../core/errors.ts";
import { TaskGroup } from "../core/task-group.ts";
import { Draft } from "./draft.ts";
import { FileNames } from "./file-names.ts";
import { KeptFiles } from "./kept-files.ts";
import { LocalFile } from "./local-file.ts";
import { type LocalFilesOptions, withDefaults } from "./local-files-options.ts";
import { LocalLists } from "./local-lists.ts";
import { PartMemory } from "./part-memory.ts";
import type { ResultFile } from "./result-file.ts";
import { OpenWriters } from "./open-writers.ts";
import { StagingRoom } from "./staging-room.ts";
import type { Space } from "./staging.ts";
import { expectedPath } from "./temporary-names.ts";
import { tooBigError } from "./too-big.ts";

/** What a mount that ends waits for uploads that nobody waits for. */
const DRAIN_MS = 5 * 60_000;

/**
 * The files and folders that this mount has made and that BaseSpace's own lists do not show yet. It owns
 * their staging files and everything that goes up in the background.
 */
export class LocalFiles implements AsyncDisposable {
  /** What was made, by app result. */
  readonly lists: LocalLists = new LocalLists();
  readonly writers: OpenWriters = new OpenWriters();
  readonly names: FileNames;
  readonly #options: Required<LocalFilesOptions>;
  /** Open or unfinished: few, however many were made. */
  readonly #active = new Set<LocalFile>();
  readonly #kept: KeptFiles;
  readonly #room: StagingRoom;
  readonly #memory: PartMemory;
  readonly #tasks: TaskGroup;
  readonly #hurry = new AbortController();
  #made = 0;

  constructor(options: LocalFilesOptions) {
    this.#options = withDefaults(options);
    this.#memory = new PartMemory(this.#options.memoryBytes);
    this.#kept = new KeptFiles(this.#options);
    this.names = new FileNames({
      ...this.#options,
      lists: this.lists,
      remove: async (file, signal) => await this.remove(file, signal),
      finished: (file) => this.#finished(file),
    });
    this.#room = new StagingRoom({
      clock: this.#options.clock,
      space: async () => await this.#options.staging.space(),
      giveBack: async () => await this.#giveBack(this.#kept.takeOldest()),
    });
    this.#tasks = new TaskGroup((error) =>
      this.#options.logger.error({ error: describeError(error) }, "an upload failed"),
    );
  }

  /**
   * Starts a file, empty, which is listed at once; one with a temporary name is held back.
   * @throws BsmountError `no-space`, `environment`
   */
  async create(place: ResultFile): Promise<LocalFile> {
    return this.#listed(await this.#newFile(place));
  }

  /** As {@link create}, listed when `fill` has written what it begins with. */
  async createFilled(
    place: ResultFile,
    fill: (draft: Draft) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LocalFile> {
    const file = await this.#newFile(place);
    // Until somebody writes, it has nothing that BaseSpace has not.
    file.journal.finished();
    try {
      await fill(file.draft);
      await this.#room.use(async () => await file.journal.changed());
    } catch (error) {
      await file.draft.discard(signal);
      throw error;
    }
    return this.#listed(file);
  }

  /** @throws BsmountError `too-big` when no file can have `sizeBytes` */
  checkFits(path: string, sizeBytes: number): void {
    const { maxFileBytes } = this.#options.plan;
    if (sizeBytes > maxFileBytes) throw tooBigError({ path, maxFileBytes, sizeBytes });
  }

  async #newFile(journaled: ResultFile): Promise<LocalFile> {
    const { target, clock, plan, staging } = this.#options;
    const { appResultId, resultPath, path } = journaled;
    const withRoom: StagingRoom["use"] = async (work) => await this.#room.use(work);
    const { bytes, journal } = await withRoom(async () => await staging.createFile(journaled));
    const { isHeld, uploadPath } = expectedPath(path);
    const place = { appResultId, path: uploadPath ?? path };
    const shared = { memory: this.#memory, tasks: this.#tasks, withRoom };
    this.#made += 1;
    const draft = new Draft({ target, place, plan, staging: bytes, journal, clock, ...shared });
    draft.sendsAhead = !isHeld || uploadPath !== undefined;
    const file = new LocalFile({ draft, journal, resultPath, number: this.#made });
    return Object.assign(file, { path, isHeld });
  }

  /**
   * Finishes `file`; see {@link Draft.finish}. Afterwards it has its Id from BaseSpace. One that is being replaced
   * is left alone until that has failed: nothing older may go up after what takes its place.
   */
  async finish(file: LocalFile, signal: AbortSignal): Promise<void> {
    while (file.replacing !== undefined) {
      await abandonOnAbort(
        file.replacing.catch(() => {}),
        signal,
      );
      if (file.isRemoved) return;
    }
    try {
      await file.draft.finish(signal);
    } catch (error) {
      file.uploadFailure = error;
      throw error;
    }
    this.#finished(file);
  }

  #finished(file: LocalFile): void {
    file.uploadFailure = undefined;
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
    this.#tasks.start(async () => await this.#keepFree());
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

  /**
   * Finishes everything that has its final name and that nobody has open for writing, of an app result or of all.
   * @throws the first failure, when all were tried
   */
  async finishAll(signal: AbortSignal, appResultId?: string): Promise<void> {
    const results = await Promise.allSettled(
      this.#finishable(appResultId).map(async (file) => await this.finish(file, signal)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** What is open for writing is its writer's to finish: it may lack most of its bytes. */
  #finishable(appResultId?: string): readonly LocalFile[] {
    return this.unfinished(appResultId).filter(
      ({ isHeld, openWriters }) => !isHeld && openWriters === 0,
    );
  }

  /**
   * What is open for writing in an app result, or anywhere, when a close that is under way, and the kernel's late
   * word of one, were waited for.
   */
  async stillOpen(signal: AbortSignal, appResultId?: AppResultId): Promise<readonly ResultFile[]> {
    const { clock } = this.#options;
    const closing = async (): Promise<void> => {
      const files = this.unfinished(appResultId).filter(({ draft, openWriters }) => {
        return openWriters > 0 && draft.isFinishing;
      });
      const settled = Promise.all(files.map(async ({ draft }) => await draft.settled()));
      await abandonOnAbort(settled, signal);
    };
    return await this.writers.still({ clock, closing, signal, appResultId });
  }

  /** Room on the disk that files are written to first; what can be given back is room. */
  async space(): Promise<Space> {
    const { totalBytes, freeBytes } = await this.#options.staging.space();
    return { totalBytes, freeBytes: Math.min(totalBytes, freeBytes + this.#kept.bytes) };
  }

  /** Whoever disposes of it waits for no uploads: what is not finished by then stays in staging. */
  hurry(): void {
    this.#hurry.abort(new BsmountError("aborted", "the mount was told to end at once"));
  }

  /**
   * Finishes what is under way and what can be finished. The rest stays in staging, named in the log, and what
   * is open for writing with it: nobody can finish that any more.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const limit = AbortSignal.any([AbortSignal.timeout(DRAIN_MS), this.#hurry.signal]);
    await this.finishAll(limit).catch(() => {});
    await this.#tasks[Symbol.asyncDispose]();
    for (const file of this.unfinished()) this.#logLeft(file);
    const isLeft = new Set(this.unfinished());
    const files = [...new Set([...isLeft, ...this.lists.files])];
    // What the disk refuses is left where it is, for the next mount to find.
    await Promise.allSettled(
      files.map(async (file) => {
        if (isLeft.has(file)) await file.draft.leave();
        else if (file.isStaged) await file.draft.giveBack();
      }),
    );
    await this.#options.staging[Symbol.asyncDispose]();
  }

  #logLeft(file: LocalFile): void {
    const { path, resultPath, whyLeft: why } = file;
    file.journal.failed(why);
    const what = { path, resultPath, why };
    this.#options.logger.error(what, "the mount ends, and a file stays in staging, not uploaded");
  }

  /** A disk that cannot be looked at shows that to whoever writes next. */
  async #keepFree(): Promise<void> {
    await this.#room.keepFree().catch(() => {});
  }

  /** Gives back staging files that there is no room for; the files themselves stay listed. */
  #evict(): void {
    const { rememberedFiles, onForgotten } = this.#options;
    const excess = this.#kept.takeExcess();
    this.#tasks.start(async () => void (await this.#giveBack(excess)));
    for (const appResultId of new Set(excess.map(({ draft }) => draft.place.appResultId))) {
      const isFull = this.lists.forgetOldest(appResultId, rememberedFiles);
      if (isFull) onForgotten(appResultId);
    }
  }

  /** BaseSpace has them: from now on they are read from there. Returns whether there were any. */
  async #giveBack(files: readonly LocalFile[]): Promise<boolean> {
    for (const file of files) file.isStaged = false;
    const given = await Promise.allSettled(files.map(async ({ draft }) => await draft.giveBack()));
    return given.some(({ status }) => status === "fulfilled");
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
