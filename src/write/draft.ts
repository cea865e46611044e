import type { ByteRange } from "../core/byte-range.ts";
import { type BsmountError, describeError, reasonOf } from "../core/errors.ts";
import type { DraftOptions } from "./draft-options.ts";
import { Extents } from "./extents.ts";
import { FirstFailure } from "./first-failure.ts";
import { PartUploader } from "./part-uploader.ts";
import { tooBigError } from "./too-big.ts";
import type { UploadedFile, UploadPlace } from "./upload-target.ts";

const NEVER = -1;

/**
 * A file that is being written: its bytes are in staging, and it is nothing in BaseSpace until it is
 * finished. Finishing cannot be undone; what is written afterwards becomes a new version of the file.
 *
 * A change that failed is remembered: whoever goes on as if nothing had happened would finish a file that lacks
 * bytes. Until it is emptied, every change, sync and finish answers that same failure.
 *
 * A part goes up as soon as the writer, going forward, has passed its end. What is no longer than one part
 * goes up in one request when the file is finished.
 */
export class Draft {
  readonly #options: DraftOptions;
  readonly #extents = new Extents();
  #place: UploadPlace;
  #uploader: PartUploader;
  /** The first part that was not sent ahead. */
  #nextPart = 1;
  /** Counts changes; BaseSpace has the state of `#finished`. */
  #version = 0;
  #finished = NEVER;
  #finishing: Promise<UploadedFile> | undefined;
  /** Its name is another one only when it has been finished. */
  #isRenaming = false;
  #uploaded: UploadedFile | undefined;
  #modifiedMs: number;
  #isOvertaken = false;
  readonly #failure = new FirstFailure();
  /** Changes that are being made. */
  #changing = 0;

  constructor(options: DraftOptions) {
    this.#options = options;
    this.#place = options.place;
    this.#modifiedMs = options.clock.now();
    this.#uploader = this.#newUploader();
  }

  get place(): UploadPlace {
    return this.#place;
  }

  get sizeBytes(): number {
    return this.#options.staging.sizeBytes;
  }

  /** When it was changed last, in milliseconds since 1970. */
  get modifiedMs(): number {
    return this.#modifiedMs;
  }

  /** False when BaseSpace has everything that was written. */
  get isUnfinished(): boolean {
    return this.#version !== this.#finished || this.#changing > 0;
  }

  /** True while it is made complete under its name, which nothing can stop for sure. */
  get isFinishing(): boolean {
    return this.#finishing !== undefined;
  }

  /** Nobody has it open for writing any more: a change that failed before anything changed is forgotten. */
  released(): void {
    if (!this.isUnfinished) this.#failure.clear();
  }

  /** Returns when it is no longer being finished, however that went. */
  async settled(): Promise<void> {
    await this.#finishing?.catch(() => {});
  }

  /** Bytes that BaseSpace has not confirmed, of the version that is here. */
  get leftBytes(): number {
    return this.isUnfinished ? Math.max(0, this.sizeBytes - this.#uploader.confirmedBytes) : 0;
  }

  /** Why a change of the file failed, after which it lacks bytes; undefined when none did. */
  get failedChange(): Error | undefined {
    return this.#failure.error;
  }

  /** False while the name it goes up under is not known: nothing is sent before it is finished. */
  sendsAhead = true;

  /** The last version that BaseSpace has. */
  get uploaded(): UploadedFile | undefined {
    return this.#uploaded;
  }

  /** @throws BsmountError `too-big`, `no-space`, `environment`; what an earlier change threw */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const end = offset + bytes.length;
    const { staging } = this.#options;
    // A gap reads as zeros, in a part that was sent as the last one too.
    const range = { start: Math.min(offset, staging.sizeBytes), end };
    await this.#failure.guard(async () => {
      if (end > this.#options.plan.maxFileBytes) throw this.#tooBig(end);
      await this.#change(range, async () => await staging.write(offset, bytes));
    });
    this.#extents.add({ start: offset, end });
    this.#sendAhead();
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.#options.staging.read(offset, into);
  }

  /**
   * Emptying forgets that an earlier change failed.
   * @throws BsmountError as {@link write}
   */
  async truncate(sizeBytes: number): Promise<void> {
    const { staging, plan } = this.#options;
    if (sizeBytes > 0) this.#failure.check();
    // No byte is lost by refusing a length.
    if (sizeBytes > plan.maxFileBytes) throw this.#tooBig(sizeBytes);
    const before = staging.sizeBytes;
    if (sizeBytes === 0) await this.#empty(before);
    if (sizeBytes === before || sizeBytes === 0) return;
    const range = { start: Math.min(before, sizeBytes), end: Math.max(before, sizeBytes) };
    await this.#failure.guard(async () => {
      await this.#change(range, async () => await staging.truncate(sizeBytes));
    });
    this.#extents.truncate(sizeBytes);
  }

  /** Whatever failed before, an empty file lacks nothing. */
  async #empty(before: number): Promise<void> {
    const { staging } = this.#options;
    if (before > 0) {
      const work = async (): Promise<void> => await staging.truncate(0);
      await this.#failure.watch(async () => await this.#change({ start: 0, end: before }, work));
      this.#extents.truncate(0);
    }
    this.#failure.clear();
  }

  /** Returns when the bytes are on the local disk. @throws what an earlier change threw */
  async sync(): Promise<void> {
    await this.#failure.guard(async () => await this.#options.staging.sync());
  }

  /** The file gets another name; what was sent under the old one is given up. */
  async rename(path: string, signal: AbortSignal): Promise<void> {
    if (path === this.#place.path) return;
    const old = this.#uploader;
    this.#place = { ...this.#place, path };
    this.#startAnew();
    if (old.hasBegun) await old.abort(signal);
  }

  /**
   * Returns when BaseSpace says that the file is complete. After a failure everything is still here, and
   * finishing again sends what is missing.
   *
   * @throws BsmountError as the upload target
   */
  async finish(signal: AbortSignal): Promise<UploadedFile> {
    for (;;) {
      const underWay = this.#finishing;
      if (underWay !== undefined) {
        await (this.#isRenaming ? underWay : underWay.catch(() => {}));
      } else if (this.#uploaded !== undefined && !this.isUnfinished) {
        return this.#uploaded;
      } else {
        return await this.#finishOnce(async () => await this.#upload(signal));
      }
    }
  }

  /**
   * As {@link finish}, under another name; after a failure it has the one before. Whoever wants to finish it
   * meanwhile fails with it: under the name before nobody may. Not for a file that is being finished.
   *
   * @throws BsmountError as the upload target
   */
  async finishAs(path: string, signal: AbortSignal): Promise<UploadedFile> {
    this.#isRenaming = true;
    return await this.#finishOnce(async () => {
      const before = this.#place.path;
      try {
        await this.rename(path, signal);
        return await this.#upload(signal);
      } catch (error) {
        await this.rename(before, signal);
        throw error;
      }
    });
  }

  /** Another file became complete under the same name: what went up has an older Id, and would be older. */
  overtaken(): void {
    this.#isOvertaken = this.#uploader.hasBegun;
  }

  /** Forgets everything, here and as far as possible in BaseSpace. */
  async discard(signal: AbortSignal): Promise<void> {
    if (this.#uploader.hasBegun) await this.#uploader.abort(signal);
    await this.giveBack();
  }

  /** Gives the staging file back; what BaseSpace has of it stays as it is. */
  async giveBack(): Promise<void> {
    await this.#options.staging.discard();
    this.#options.journal.removed();
  }

  /** Leaves the staging file where it is, for the next mount to find. */
  async leave(): Promise<void> {
    await this.#options.staging.close();
  }

  async #finishOnce(upload: () => Promise<UploadedFile>): Promise<UploadedFile> {
    const finishing = upload().finally(() => {
      this.#finishing = undefined;
      this.#isRenaming = false;
    });
    this.#finishing = finishing;
    try {
      return await finishing;
    } catch (error) {
      this.#options.journal.failed(describeError(error));
      throw error;
    }
  }

  async #upload(signal: AbortSignal): Promise<UploadedFile> {
    let version: number;
    let file: UploadedFile | undefined;
    let isForgotten = false;
    // Once more only when somebody has cut it shorter meanwhile, or BaseSpace has forgotten what went up.
    do {
      this.#failure.check();
      version = this.#version;
      try {
        file = await this.#send(signal);
      } catch (error) {
        // What was to take the file is gone as well when that shows at the beginning, or again.
        if (reasonOf(error) !== "gone" || !this.#uploader.hasBegun || isForgotten) throw error;
        isForgotten = true;
        await this.#uploader.abort(signal);
        this.#startAnew();
      }
    } while (file === undefined);
    this.#uploaded = file;
    this.#finished = version;
    if (!this.isUnfinished) this.#options.journal.finished();
    // The parts belong to a complete file now.
    this.#startAnew();
    return file;
  }

  async #send(signal: AbortSignal): Promise<UploadedFile | undefined> {
    const { sizeBytes } = this;
    if (this.#isOvertaken || this.#uploader.isTooLongFor(sizeBytes)) {
      await this.#uploader.abort(signal);
      this.#startAnew();
    }
    const isShort = sizeBytes <= this.#options.plan.firstPartBytes;
    if (!this.#uploader.hasBegun && isShort) return await this.#sendWhole(sizeBytes, signal);
    return await this.#uploader.finish(sizeBytes, signal);
  }

  async #sendWhole(sizeBytes: number, signal: AbortSignal): Promise<UploadedFile | undefined> {
    const { memory, staging, target } = this.#options;
    return await memory.use(sizeBytes, signal, async (bytes) => {
      const read = await staging.read(0, bytes);
      this.#failure.check();
      // Somebody has cut it shorter: its new length is looked at first.
      if (read < sizeBytes) return undefined;
      return await target.whole(this.#place, { bytes }, { signal });
    });
  }

  /**
   * Changes `range` of the file by `work`. What is read from it meanwhile has neither the old content nor the
   * new one, so it counts as changed before and after. The journal says first that BaseSpace lacks something.
   */
  async #change(range: ByteRange, work: () => Promise<void>): Promise<void> {
    const { journal, withRoom } = this.#options;
    const isFinished = this.#version === this.#finished;
    this.#changing += 1;
    try {
      if (isFinished) await withRoom(async () => await journal.changed());
      this.#changed(range);
      await withRoom(work).finally(() => this.#changed(range));
    } catch (error) {
      journal.failed(describeError(error));
      throw error;
    } finally {
      this.#changing -= 1;
    }
  }

  #changed({ start, end }: ByteRange): void {
    this.#version += 1;
    this.#modifiedMs = this.#options.clock.now();
    this.#uploader.written(start, end);
  }

  #sendAhead(): void {
    const { sizeBytes } = this;
    while (this.sendsAhead && !this.isFinishing) {
      const range = this.#options.plan.range(this.#nextPart, Number.MAX_SAFE_INTEGER);
      if (range.end >= sizeBytes || !this.#extents.covers(range)) return;
      this.#uploader.sendAhead(this.#nextPart);
      this.#nextPart += 1;
    }
  }

  #startAnew(): void {
    this.#uploader = this.#newUploader();
    this.#nextPart = 1;
    this.#isOvertaken = false;
  }

  #tooBig(sizeBytes: number): BsmountError {
    const { maxFileBytes } = this.#options.plan;
    return tooBigError({ path: this.#place.path, maxFileBytes, sizeBytes });
  }

  #newUploader(): PartUploader {
    const check = (): void => this.#failure.check();
    return new PartUploader({ ...this.#options, place: this.#place, check });
  }
}
