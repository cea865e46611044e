import type { ByteRange } from "../core/byte-range.ts";
import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { Extents } from "./extents.ts";
import type { PartMemory } from "./part-memory.ts";
import type { PartPlan } from "../core/part-plan.ts";
import { PartUploader } from "./part-uploader.ts";
import type { StagingFile } from "./staging-file.ts";
import type { UploadedFile, UploadPlace, UploadTarget } from "./upload-target.ts";

export interface DraftOptions {
  readonly target: UploadTarget;
  readonly place: UploadPlace;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly clock: Clock;
  /** Memory for bytes on their way up, shared by all drafts. */
  readonly memory: PartMemory;
  /** Owns what goes up in the background. */
  readonly tasks: TaskGroup;
}

const NEVER = -1;

/**
 * A file that is being written: its bytes are in staging, and it is nothing in BaseSpace until it is
 * finished. Finishing cannot be undone; what is written afterwards becomes a new version of the file.
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
  #uploaded: UploadedFile | undefined;
  #modifiedMs: number;
  #isOvertaken = false;

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
    return this.#version !== this.#finished;
  }

  /** True while it is made complete under its name, which nothing can stop for sure. */
  get isFinishing(): boolean {
    return this.#finishing !== undefined;
  }

  /** Bytes that BaseSpace has not confirmed, of the version that is here. */
  get leftBytes(): number {
    return this.isUnfinished ? Math.max(0, this.sizeBytes - this.#uploader.confirmedBytes) : 0;
  }

  /** False while the name it goes up under is not known: nothing is sent before it is finished. */
  sendsAhead = true;

  /** The last version that BaseSpace has. */
  get uploaded(): UploadedFile | undefined {
    return this.#uploaded;
  }

  /** @throws BsmountError `too-big`, `no-space` */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const end = offset + bytes.length;
    const { staging, plan } = this.#options;
    if (end > plan.maxFileBytes) throw this.#tooBig(end);
    // A gap reads as zeros, in a part that was sent as the last one too.
    const from = Math.min(offset, staging.sizeBytes);
    try {
      await staging.write(offset, bytes);
    } finally {
      // A disk that is full takes some of the bytes.
      this.#changed({ start: from, end });
    }
    this.#extents.add({ start: offset, end });
    this.#sendAhead();
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.#options.staging.read(offset, into);
  }

  /** @throws BsmountError `too-big`, `no-space` */
  async truncate(sizeBytes: number): Promise<void> {
    const { staging, plan } = this.#options;
    if (sizeBytes > plan.maxFileBytes) throw this.#tooBig(sizeBytes);
    const before = staging.sizeBytes;
    if (sizeBytes === before) return;
    await staging.truncate(sizeBytes);
    this.#extents.truncate(sizeBytes);
    this.#changed({ start: Math.min(before, sizeBytes), end: Math.max(before, sizeBytes) });
  }

  /** Returns when the bytes are on the local disk. */
  async sync(): Promise<void> {
    await this.#options.staging.sync();
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
        await underWay.catch(() => {});
      } else if (this.#uploaded !== undefined && !this.isUnfinished) {
        return this.#uploaded;
      } else {
        return await this.#finishOnce(signal);
      }
    }
  }

  /** Another file became complete under the same name: what went up has an older Id, and would be older. */
  overtaken(): void {
    this.#isOvertaken = this.#uploader.hasBegun;
  }

  /** Forgets everything, here and as far as possible in BaseSpace. */
  async discard(signal: AbortSignal): Promise<void> {
    if (this.#uploader.hasBegun) await this.#uploader.abort(signal);
    await this.#options.staging.discard();
  }

  /** Gives the staging file back; what BaseSpace has of it stays as it is. */
  async close(): Promise<void> {
    await this.#options.staging.discard();
  }

  async #finishOnce(signal: AbortSignal): Promise<UploadedFile> {
    const finishing = this.#upload(signal).finally(() => {
      this.#finishing = undefined;
    });
    this.#finishing = finishing;
    return await finishing;
  }

  async #upload(signal: AbortSignal): Promise<UploadedFile> {
    let version: number;
    let file: UploadedFile | undefined;
    // Once more only when somebody has cut it shorter meanwhile.
    do {
      version = this.#version;
      file = await this.#send(signal);
    } while (file === undefined);
    this.#uploaded = file;
    this.#finished = version;
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

  async #sendWhole(sizeBytes: number, signal: AbortSignal): Promise<UploadedFile> {
    const { memory, staging, target } = this.#options;
    return await memory.use(sizeBytes, signal, async (bytes) => {
      const read = await staging.read(0, bytes);
      return await target.whole(this.#place, { bytes: bytes.subarray(0, read) }, { signal });
    });
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
    return tooBig({ path: this.#place.path, maxFileBytes, sizeBytes });
  }

  #newUploader(): PartUploader {
    return new PartUploader({ ...this.#options, place: this.#place });
  }
}

export function tooBig(file: {
  readonly path: string;
  readonly sizeBytes: number;
  readonly maxFileBytes: number;
}): BsmountError {
  const { path, sizeBytes, maxFileBytes } = file;
  const problem = `${path} would have ${sizeBytes} bytes, BaseSpace takes ${maxFileBytes}`;
  return new BsmountError("too-big", problem);
}
