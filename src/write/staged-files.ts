import { BsmountError, describeError } from "../core/errors.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import { TaskGroup } from "../core/task-group.ts";
import type { WriteMode } from "../core/write-mode.ts";
import type { FileReader, FileWriter } from "./file-writer.ts";
import { Finishing } from "./finishing.ts";
import { giveUp, type GiveUpOutcome } from "./giving-up.ts";
import { KeptFiles } from "./kept-files.ts";
import { type KnownFile, nameOf } from "./known-file.ts";
import { NewVersions, type OldVersion } from "./copy-on-write.ts";
import { endComplete, leaveInStaging } from "./end-staged-files.ts";
import { OpenWriters } from "./open-writers.ts";
import { Removing } from "./removing.ts";
import type { NewResultFile } from "./result-file.ts";
import { earlierContent, type ShownThen } from "./earlier-upload.ts";
import type { StagedContent } from "./staged-content.ts";
import type { StagedFile } from "./staged-file.ts";
import { StagedFileMaker } from "./staged-file-maker.ts";
import { type StagedFilesOptions, stagedFilesSettings } from "./staged-files-options.ts";
import type { FileAlias, StagedLists } from "./staged-list.ts";
import { StagedNames } from "./staged-names.ts";
import { StagedRegistry } from "./staged-registry.ts";
import { StagedWriter } from "./staged-writer.ts";
import type { AdoptableFile, Space } from "./staging.ts";
import { tooBigError } from "./too-big.ts";
import { listedWhiteouts } from "./listed-whiteouts.ts";
import type { Whiteouts } from "./whiteouts.ts";

/** What BaseSpace has at its path, and what it had there when the file was begun. */
function replacedBy({ shown: then, toCover = [] }: KnownFile, { newest }: ShownThen): FileId[] {
  return [...toCover, then, newest?.id].filter((id) => typeof id === "string");
}

/** How long the end of a mount waits for uploads that no close waits for. */
const DRAIN_MS = 5 * 60_000;

/**
 * The files that were written in a session. It owns their staging files and everything that is uploaded in the
 * background. Disposing of it finishes what can be finished.
 */
export class StagedFiles implements AsyncDisposable {
  readonly writers: OpenWriters = new OpenWriters();
  readonly finishing: Finishing;
  readonly names: StagedNames;
  readonly whiteouts: Whiteouts;
  readonly removing: Removing;
  readonly #options: Required<StagedFilesOptions>;
  readonly #registry: StagedRegistry;
  readonly #kept: KeptFiles;
  readonly #newVersions: NewVersions;
  readonly #maker: StagedFileMaker;
  readonly #tasks: TaskGroup;
  readonly #hurry = new AbortController();

  constructor(options: StagedFilesOptions) {
    this.#options = stagedFilesSettings(options);
    const { clock, logger, plan, onUploadFailed } = this.#options;
    const tasks = new TaskGroup((error) =>
      logger.error({ error: describeError(error) }, "an upload failed"),
    );
    const onExcess = (files: readonly StagedFile[]): void => this.#forgetOldest(files);
    const uploaded = async (): Promise<boolean> => await this.#registry.uploaded();
    const kept = new KeptFiles({ ...this.#options, tasks, onExcess, uploaded });
    const registry = new StagedRegistry({ ...this.#options, kept });
    const { writers } = this;
    const whiteouts = listedWhiteouts({ ...this.#options, registry, tasks });
    const removing = new Removing({ registry, whiteouts });
    const onReplaced = async (file: StagedFile): Promise<void> => await removing.replaced(file);
    const background = { tasks, logger, onReplaced, onUploadFailed };
    const finishing = new Finishing({ registry, writers, clock, ...background });
    this.whiteouts = whiteouts;
    this.removing = removing;
    this.#tasks = tasks;
    this.#kept = kept;
    this.#registry = registry;
    this.finishing = finishing;
    this.names = new StagedNames({ registry, finishing, whiteouts, plan });
    const writeModeOf = (appResultId: AppResultId): WriteMode => this.writeModeOf(appResultId);
    const parts = { registry, kept, finishing, removing, tasks, writeModeOf };
    this.#maker = new StagedFileMaker(this.#options, parts);
    this.#newVersions = new NewVersions({
      registry,
      writers,
      finishing,
      createFilled: async (...call) => await this.createFilled(...call),
      checkFits: (...call) => this.checkFits(...call),
    });
  }

  /** What was made, by app result. */
  get lists(): StagedLists {
    return this.#registry.lists;
  }

  /**
   * Makes an empty file, which is listed at once.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async create(at: NewResultFile): Promise<StagedFile> {
    const file = await this.#maker.new(at, { isCopy: false });
    this.#registry.add(file);
    return file;
  }

  /** As {@link create}, open for writing. @throws BsmountError `busy` while its app result is being closed */
  async createForWriting(at: NewResultFile): Promise<StagedWriter> {
    this.writers.begin(at);
    try {
      return this.openForWriting(await this.create(at));
    } finally {
      this.writers.remove(at);
    }
  }

  /** As {@link create}, listed when `fill` has written what it begins with. */
  async createFilled(
    at: NewResultFile & Partial<Pick<OldVersion, "id" | "evicted">>,
    fill: (content: StagedContent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<StagedFile> {
    const file = await this.#maker.new(at, { isCopy: true });
    try {
      await fill(file.content);
      await file.content.copied();
    } catch (error) {
      await file.content.discard(signal);
      throw error;
    }
    this.#options.onUsed(file);
    if (at.id !== undefined) file.replace([at.id]);
    if (at.id !== undefined) this.lists.list(at.appResultId).removeAliasOf(at.id);
    this.#registry.add(file);
    if (at.evicted !== undefined) this.#registry.unlist(at.evicted);
    return file;
  }

  /**
   * Lists a file that an ended process has left behind, as it was, and finishes it in the background if its writer had
   * closed it.
   * @param shown what BaseSpace shows now, at its path, which it replaces
   * @throws BsmountError `no-descriptors`, `environment`
   */
  async adopt(known: KnownFile, left: AdoptableFile, shown: ShownThen = {}): Promise<StagedFile> {
    const { resultFile: at, state } = known;
    const name = nameOf(known);
    const end = state === "closed" ? "closed" : "interrupted";
    const { modifiedMs } = left;
    const uploadPath = name.uploadPath ?? at.path;
    const earlier = earlierContent({ known, end, modifiedMs, shown, uploadPath });
    const made = { at, name, isCopy: false, earlier };
    const file = this.#maker.of(made, await left.open());
    file.replace(replacedBy(known, shown));
    if (end === "interrupted")
      file.content.interrupt(known.why ?? "its mount ended before it was closed");
    this.#registry.add(file);
    if (end === "closed") this.finishing.finishInBackground(file);
    return file;
  }

  openForReading(file: StagedFile): FileReader {
    const opened = this.#registry.acquire(file, "read");
    return {
      read: async (offset, into) => await file.content.read(offset, into),
      close: () => opened[Symbol.dispose](),
    };
  }

  openForWriting(file: StagedFile): StagedWriter {
    const { writers, finishing } = this;
    this.#options.onUsed(file);
    return new StagedWriter(file, { registry: this.#registry, writers, finishing });
  }

  /** Opens a file that BaseSpace has for writing; see `NewVersions`. */
  openNewVersion(key: string, old: OldVersion, before: FileReader | undefined): FileWriter {
    return this.#newVersions.open(key, old, before);
  }

  /** A file of BaseSpace that is open was removed: it has another name as long as it is open, for writers too. */
  addAlias(appResultId: AppResultId, alias: FileAlias): void {
    this.lists.list(appResultId).addAlias(alias);
    this.#newVersions.moved(alias);
  }

  /** When the files of an app result are finished, as far as `whiteouts` is up to date. */
  writeModeOf(appResultId: AppResultId): WriteMode {
    return this.whiteouts.writeMode(appResultId) ?? this.#options.writeMode;
  }

  /** @throws BsmountError `too-big` when no file can have `sizeBytes` */
  checkFits(path: string, sizeBytes: number): void {
    const { maxFileBytes } = this.#options.plan;
    if (sizeBytes > maxFileBytes) throw tooBigError({ path, maxFileBytes, sizeBytes });
  }

  /** Deletes `file`; what of it is complete in BaseSpace stays there. */
  async remove(file: StagedFile, signal: AbortSignal): Promise<void> {
    if (file.hasCompleteVersion) this.#registry.forgetListing(file);
    await this.#registry.remove(file, signal);
  }

  /** Removes a file that BaseSpace lacks, also while it is being uploaded; see `giving-up.ts`. */
  async giveUp(file: StagedFile, signal: AbortSignal): Promise<GiveUpOutcome> {
    return await giveUp(file, this.#registry, signal);
  }

  /** Removes a file that {@link createForWriting} made, and that only `writer` has open. */
  async abandon(writer: StagedWriter, signal: AbortSignal): Promise<void> {
    const removed = this.remove(writer.file, signal);
    writer.close();
    await removed;
  }

  /** Files of an app result, or of all, that are not complete in BaseSpace as they are here. */
  unfinished(appResultId?: AppResultId): readonly StagedFile[] {
    return this.#registry.unfinished(appResultId);
  }

  /** Room on the staging disk; what can be evicted is room. @throws BsmountError `environment` */
  async space(): Promise<Space> {
    return await this.#kept.space();
  }

  /** From now on disposing waits for no uploads: what is not finished by then stays in staging. */
  hurry(): void {
    this.#hurry.abort(new BsmountError("aborted", "the mount was told to end at once"));
  }

  /**
   * Finishes what is being finished and what can be. The rest stays in staging, named in the log, and so does what is
   * open for writing: nobody can finish that any more.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const limit = AbortSignal.any([AbortSignal.timeout(DRAIN_MS), this.#hurry.signal]);
    await this.finishing.finishAll(limit).catch(() => {});
    await this.#tasks[Symbol.asyncDispose]();
    const left = this.unfinished();
    const isLeft = new Set(left);
    const others = this.lists.files.filter((file) => !isLeft.has(file) && file.isStaged);
    // What the disk refuses to delete stays where it is, for the next mount to find.
    await Promise.allSettled([
      ...left.map(async (file) => await leaveInStaging(file, this.#options.logger)),
      ...others.map(async (file) => await endComplete(file, this.removing)),
    ]);
    await this.#options.staging[Symbol.asyncDispose]();
  }

  /** Bounds how many files are listed here, where some were just evicted. */
  #forgetOldest(evicted: readonly StagedFile[]): void {
    const { listedFiles, onForgotten } = this.#options;
    for (const appResultId of new Set(evicted.map((file) => file.appResultId))) {
      const isFull = this.lists.forgetOldest(appResultId, listedFiles);
      if (isFull) onForgotten(appResultId);
    }
  }
}
