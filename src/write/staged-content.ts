import { abandonOnAbort } from "../core/abort.ts";
import type { ByteRange } from "../core/byte-range.ts";
import type { FileId } from "../core/ids.ts";
import { ContentState, type ContentStateName } from "./content-state.ts";
import { ContentUpload } from "./content-upload.ts";
import { FirstFailure } from "./first-failure.ts";
import type { InFlight } from "./in-flight.ts";
import type { StagedContentOptions } from "./staged-content-options.ts";
import { type StillDue, stillDue } from "./still-due.ts";
import { tooBigError } from "./too-big.ts";
import { UploadAttempts } from "./upload-attempts.ts";
import type { ResultFilePath, UploadedFile } from "./upload-target.ts";

/**
 * The content of a staged file: its bytes are in staging, and BaseSpace lists nothing of it until it is finished.
 * Finishing cannot be undone; what is written afterwards becomes a new version of the file.
 *
 * A change that failed is remembered: a program that goes on as if nothing had happened would finish a file that
 * lacks bytes. Until the file is emptied, every change, sync and finish fails with that same error.
 */
export class StagedContent {
  readonly #options: StagedContentOptions;
  readonly #state: ContentState;
  readonly #upload: ContentUpload;
  readonly #attempts: UploadAttempts;
  readonly #failure = new FirstFailure();
  #modifiedMs: number;
  #sendsAhead: boolean;
  /** The version whose bytes survive a power cut. */
  #syncedVersion = -1;

  constructor(options: StagedContentOptions) {
    this.#options = options;
    const { earlier, isCopy } = options;
    const first = isCopy ? "copying" : "pending";
    this.#state = new ContentState({ ...options, ...earlier, first });
    this.#upload = new ContentUpload({
      ...options,
      check: () => this.#failure.check(),
      version: () => this.#state.version,
    });
    this.#attempts = new UploadAttempts({
      upload: this.#upload,
      tasks: options.tasks,
      isRemoved: () => this.state === "removed",
      onLate: options.onLate,
    });
    this.#modifiedMs = earlier?.modifiedMs ?? options.clock.now();
    this.#sendsAhead = options.sendsAhead;
  }

  get state(): ContentStateName {
    return this.#state.name;
  }

  /** False when BaseSpace has everything that was written. */
  get isUnfinished(): boolean {
    return this.#state.isUnfinished;
  }

  /** Counts changes. */
  get version(): number {
    return this.#state.version;
  }

  /** Its last writer did not close it, so its end may be missing. */
  get isInterrupted(): boolean {
    return this.#state.end === "interrupted";
  }

  /** Its last writer closed it, and nobody has written it since. */
  get isClosed(): boolean {
    return this.#state.end === "closed" && !this.#state.isChanging;
  }

  /** Whether it is to be finished; see {@link stillDue}. */
  stillDue(): StillDue {
    return stillDue(() => this.isClosed);
  }

  /** Its last writer closed it, and it is finished only when somebody says so. */
  get awaitsCommit(): boolean {
    return this.#state.awaitsCommit;
  }

  /** Where it is uploaded to, or would be. */
  get destination(): ResultFilePath {
    return this.#upload.destination;
  }

  get sizeBytes(): number {
    return this.#options.staging.sizeBytes;
  }

  /** The staging file. */
  get stagingPath(): string {
    return this.#options.staging.path;
  }

  /** How much memory its bytes take; 0 when they are on the disk. */
  get memoryBytes(): number {
    return this.#options.staging.memoryBytes;
  }

  /** When it was changed last, in milliseconds since 1970. */
  get modifiedMs(): number {
    return this.#modifiedMs;
  }

  /** The last version that BaseSpace has. */
  get uploaded(): UploadedFile | undefined {
    return this.#attempts.uploaded;
  }

  /** The versions before that, as far as they were uploaded from here. */
  get olderIds(): ReadonlySet<FileId> {
    return this.#attempts.olderIds;
  }

  /** What BaseSpace may have completed of it, although no attempt says so, or may complete. */
  get inFlight(): InFlight {
    return this.#attempts.inFlight;
  }

  /** Bytes that BaseSpace has not confirmed, of the version that is here. */
  get leftBytes(): number {
    return this.isUnfinished ? Math.max(0, this.sizeBytes - this.#upload.confirmedBytes) : 0;
  }

  /** Why a change failed, after which the file lacks bytes; undefined when none did. */
  get failedChange(): Error | undefined {
    return this.#failure.error;
  }

  /** Why BaseSpace does not have the content, and will not have it unless something is done. */
  get failure(): unknown {
    return this.failedChange ?? this.#state.failure;
  }

  /** @throws BsmountError `too-big`, `no-space`, `environment`; what an earlier change threw */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const { staging, plan } = this.#options;
    const end = offset + bytes.length;
    // A gap reads as zeros, also in a part that was sent as the last one.
    const range = { start: Math.min(offset, staging.sizeBytes), end };
    await this.#failure.guard(async () => {
      if (end > plan.maxFileBytes) throw this.#tooBig(end);
      await this.#change(range, async () => await staging.write(offset, bytes));
    });
    this.#upload.wrote({ start: offset, end });
    if (this.#sendsAhead && this.state !== "finishing") this.#upload.sendAhead();
    this.#state.forgetFailure();
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.#options.staging.read(offset, into);
  }

  /**
   * Emptying forgets that an earlier change failed.
   * @throws BsmountError as {@link write}
   */
  async truncate(sizeBytes: number): Promise<void> {
    if (sizeBytes > 0) this.#failure.check();
    // No byte is lost by refusing a length.
    if (sizeBytes > this.#options.plan.maxFileBytes) throw this.#tooBig(sizeBytes);
    const how = sizeBytes === 0 ? "watch" : "guard";
    if (sizeBytes !== this.sizeBytes) await this.#failure[how](this.#resizing(sizeBytes));
    // Whatever failed before, an empty file lacks nothing.
    if (sizeBytes === 0) this.#failure.clear();
    this.#state.forgetFailure();
  }

  /**
   * Returns when the bytes survive the end of the process, unless BaseSpace has them.
   * @throws BsmountError `no-space`, `environment`
   */
  async stage(): Promise<void> {
    const { staging, withRoom } = this.#options;
    if (!this.isUnfinished || this.state === "removed") return;
    await withRoom(async () => await staging.stage());
  }

  /** Returns when the bytes, and what the journal says of them, survive a power cut. @throws what an earlier change threw */
  async sync(): Promise<void> {
    await this.#failure.guard(async () => {
      const { version } = this;
      await this.#syncBytes();
      await this.#options.journal.sync();
      this.#syncedVersion = version;
    });
  }

  /**
   * Its last writer closed it: it may be finished, also by the next mount, or awaits a commit before. Returns when the
   * journal says so.
   */
  async close({ awaitsCommit }: { readonly awaitsCommit: boolean }): Promise<void> {
    const isSynced = this.#syncedVersion === this.#state.version;
    const more = awaitsCommit ? { awaitsCommit } : {};
    await this.#state.close({ sizeBytes: this.sizeBytes, isSynced, ...more });
  }

  /** It may be finished from now on, also by the next mount. Returns when the journal says so. */
  async commit(): Promise<void> {
    await this.#state.commit(this.sizeBytes);
  }

  /** Its last writer did not close it as it should: nobody finishes it unless the user says so. */
  interrupt(why: string): void {
    this.#state.interrupt(why);
  }

  /** What it begins with was written. @throws BsmountError `no-space`, `environment` */
  async copied(): Promise<void> {
    await this.#state.copied();
  }

  /** It is to be uploaded under another path; what was sent under the old one is discarded. */
  async rename(
    path: string,
    { sendsAhead }: { readonly sendsAhead: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    this.#sendsAhead = sendsAhead;
    await this.#upload.rename(path, signal);
  }

  /**
   * Returns when BaseSpace says that the file is complete. After a failure everything is still here, and finishing
   * again sends what is missing. Does nothing when `isDue` says that somebody is writing it again.
   *
   * @throws BsmountError as the upload target, and what an earlier change threw
   */
  async finish(signal: AbortSignal, isDue: StillDue = this.stillDue()): Promise<void> {
    for (let one = this.#state.attempt; one !== undefined; one = this.#state.attempt) {
      const { attempt, underNewName } = one;
      // It must not be finished under the name that it has now.
      await abandonOnAbort(underNewName ? attempt : attempt.catch(() => {}), signal);
    }
    if (this.state !== "pending" && this.state !== "failed") return;
    if (!isDue()) return;
    await this.#state.finish(async () => await this.#attempts.run(signal, isDue), false);
  }

  /**
   * As {@link finish}, under another path. After a failure it has the path before, and calls of `finish` that waited
   * fail too. Not for a file that is being finished.
   *
   * @throws BsmountError as {@link finish}
   */
  async finishAs(path: string, signal: AbortSignal): Promise<void> {
    const before = this.destination.path;
    const isDue = this.stillDue();
    const attempt = async (): Promise<number> => {
      try {
        await this.#upload.rename(path, signal);
        return await this.#attempts.run(signal, isDue);
      } catch (error) {
        await this.#upload.rename(before, signal);
        throw error;
      }
    };
    await this.#state.finish(attempt, true);
  }

  /** An attempt to finish the file failed with `error`, and so did a call that had waited for the attempt. */
  failedWith(error: unknown): void {
    this.#state.failedWith(error);
  }

  /** Stops the attempt to finish it that is under way, unless BaseSpace is completing the file already. */
  stop(): void {
    this.#upload.stop();
  }

  /**
   * BaseSpace is to have it again, under another name: it counts as changed. Returns when staging has it durably.
   * @throws BsmountError `no-space`, `environment`; what an earlier change threw
   */
  async reopen(): Promise<void> {
    this.#failure.check();
    await this.#syncBytes();
    await this.#change({ start: 0, end: 0 }, async () => {});
    this.#syncedVersion = this.version;
    await this.#options.journal.sync();
  }

  /** Returns when no attempt to finish it is under way, however the last one ended. */
  async settled(): Promise<void> {
    await this.#state.attempt?.attempt.catch(() => {});
  }

  /** Ends the attempt to upload it that is under way, which fails with `reason`; BaseSpace may have completed it. */
  endAttempt(reason: Error): void {
    this.#attempts.end(reason);
  }

  /** Another file became complete under the same path: what was sent has an older Id, and would be older. */
  overtaken(): void {
    this.#upload.overtaken();
  }

  /** Nobody has it open for writing any more: a change that failed before anything changed is forgotten. */
  released(): void {
    if (!this.isUnfinished) this.#failure.clear();
  }

  /** Deletes it, here and as far as possible in BaseSpace. */
  async discard(signal: AbortSignal): Promise<void> {
    const { attempt } = this.#state.attempt ?? {};
    this.#state.remove();
    this.stop();
    // The disk may refuse to delete the bytes: the next mount must not bring the file back, nor upload it.
    const recorded = this.#options.journal.recordRemoval();
    recorded.catch(() => {});
    // First the staged bytes: the next mount would upload them if this one were killed while the service is away.
    const deleted = this.#deleteStaged().catch(async () => await recorded);
    await this.#attempts.abort(attempt, signal);
    await deleted;
  }

  /** Deletes the staged bytes; what BaseSpace has stays as it is. */
  async evict(): Promise<void> {
    this.#state.evict();
    await this.#deleteStaged();
  }

  /**
   * Closes the staging file and leaves it where it is, for the next mount to find.
   * @throws BsmountError `no-space`, `environment` when its bytes are lost, because they cannot be put on the disk
   */
  async leave(): Promise<void> {
    try {
      await this.stage();
    } finally {
      await this.#options.staging.close();
    }
  }

  async #syncBytes(): Promise<void> {
    const { staging, withRoom } = this.#options;
    await withRoom(async () => await staging.stage());
    await staging.sync();
  }

  async #deleteStaged(): Promise<void> {
    await this.#options.staging.discard();
    this.#options.journal.forget();
  }

  #resizing(sizeBytes: number): () => Promise<void> {
    const { staging } = this.#options;
    const [start = 0, end = 0] = [staging.sizeBytes, sizeBytes].toSorted((a, b) => a - b);
    return async () => {
      await this.#change({ start, end }, async () => await staging.truncate(sizeBytes));
      this.#upload.truncated(sizeBytes);
    };
  }

  async #change(range: ByteRange, work: () => Promise<void>): Promise<void> {
    // What was complete is going to be a new version, which a killed mount must not lose.
    const staged = async (): Promise<void> => await this.#options.staging.stage().then(work);
    await this.#state.change(this.state === "complete" ? staged : work, () => {
      this.#modifiedMs = this.#options.clock.now();
      this.#upload.changed(range);
    });
  }

  #tooBig(sizeBytes: number): Error {
    const { maxFileBytes } = this.#options.plan;
    return tooBigError({ path: this.destination.path, maxFileBytes, sizeBytes });
  }
}
