import type { ByteRange } from "../core/byte-range.ts";
import { reasonOf } from "../core/errors.ts";
import { type EarlierContent, findEarlier, refuseOlder } from "./earlier-upload.ts";
import type { FileJournal } from "./file-journal.ts";
import type { FileId } from "../core/ids.ts";
import { IncrementalUpload } from "../upload/incremental-upload.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { Extents } from "./extents.ts";
import type { JournaledUpload } from "./journal-events.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingFile } from "./staging-file.ts";
import { UploadStoppedError } from "./upload-stopped-error.ts";
import {
  protocolOf,
  type ResultFilePath,
  type UploadedFile,
  type UploadTarget,
} from "./upload-target.ts";

export interface ContentUploadOptions {
  readonly target: UploadTarget;
  readonly destination: ResultFilePath;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly journal: FileJournal;
  /** Memory for bytes that are being sent, shared by all uploads. */
  readonly memory: PartMemory;
  /** Owns what is sent in the background. */
  readonly tasks: TaskGroup;
  /** Throws when the file lacks bytes, and must not become complete. */
  readonly check: () => void;
  /** Counts changes of the content. */
  readonly version: () => number;
  /** Whether it is as its last writer closed it. */
  readonly isClosed: () => boolean;
  /** What an ended process has made of it. */
  readonly earlier?: EarlierContent | undefined;
}

/** `stopped` ends what can be undone; what BaseSpace is completing is waited for. */
interface Signals {
  readonly signal: AbortSignal;
  readonly stopped: AbortSignal;
}

type PartsUpload = IncrementalUpload<FileId, UploadedFile>;

/**
 * Sends the bytes of one staged file to BaseSpace. A part is sent as soon as the writer, going forward, has
 * passed its end. What is no longer than one part is sent in one request when the file is finished.
 */
export class ContentUpload {
  readonly #options: ContentUploadOptions;
  readonly #written = new Extents();
  #destination: ResultFilePath;
  #uploader: PartsUpload;
  /** The first part that was not sent ahead. */
  #nextPart = 1;
  #isOvertaken = false;
  /** Of the attempt that is under way. */
  #stopping = new AbortController();
  #pendingId: FileId | undefined;
  /** What an ended process has made of it, until it is known what BaseSpace has of that. */
  #earlier: EarlierContent | undefined;
  /** The version that the ended process left. */
  readonly #earlierVersion: number;

  constructor(options: ContentUploadOptions) {
    this.#options = options;
    this.#destination = options.destination;
    this.#earlier = options.earlier;
    this.#earlierVersion = options.version();
    this.#pendingId = options.earlier?.upload?.fileId;
    this.#uploader = this.#newUploader(options.earlier?.upload);
    if (options.earlier !== undefined) this.wrote({ start: 0, end: options.staging.sizeBytes });
  }

  get destination(): ResultFilePath {
    return this.#destination;
  }

  /** The pending file of BaseSpace that parts are sent to. */
  get pendingId(): FileId | undefined {
    return this.#uploader.hasBegun ? this.#pendingId : undefined;
  }

  /** Bytes of parts that BaseSpace has as they are now. */
  get confirmedBytes(): number {
    return this.#uploader.confirmedBytes;
  }

  /** The content of `range` is another one: what of it was sent has to be sent again. */
  changed({ start, end }: ByteRange): void {
    this.#uploader.written(start, end);
  }

  /** The bytes of `range` are staged. */
  wrote(range: ByteRange): void {
    this.#written.add(range);
  }

  truncated(sizeBytes: number): void {
    this.#written.truncate(sizeBytes);
  }

  /** Sends the parts that are whole, in the background. */
  sendAhead(): void {
    const { plan, staging } = this.#options;
    // Nothing is sent before it is known what an ended process sent.
    if (this.#earlier !== undefined) return;
    for (;;) {
      const range = plan.range(this.#nextPart, Number.MAX_SAFE_INTEGER);
      if (range.end >= staging.sizeBytes || !this.#written.covers(range)) return;
      this.#uploader.sendAhead(this.#nextPart);
      this.#nextPart += 1;
    }
  }

  /** From now on the file is uploaded under another path; what was sent under the old one is discarded. */
  async rename(path: string, signal: AbortSignal): Promise<void> {
    if (path === this.#destination.path) return;
    // What BaseSpace has of it has the other path.
    this.#earlier = undefined;
    const old = this.#uploader;
    this.#destination = { ...this.#destination, path };
    this.#startAnew();
    if (old.hasBegun) await old.abort(signal);
  }

  /** Another file became complete under the same path: what was sent has an older Id, and would be older. */
  overtaken(): void {
    this.#isOvertaken = this.#uploader.hasBegun;
  }

  /** Stops {@link finish} before it has BaseSpace complete the file; it throws {@link UploadStoppedError} then. */
  stop(): void {
    this.#stopping.abort(new UploadStoppedError());
  }

  /** Discards what was sent, also in BaseSpace if it can be reached. */
  async abort(signal: AbortSignal): Promise<void> {
    if (this.#uploader.hasBegun) await this.#uploader.abort(signal);
  }

  /**
   * Sends what is missing and has BaseSpace mark the file complete. Starts over when somebody cut the file shorter
   * meanwhile, and once when BaseSpace has forgotten what was sent.
   *
   * @returns the file, and the version of its content; undefined when somebody is writing the file again
   * @throws BsmountError as the upload target, and what `check` throws
   */
  async finish(signal: AbortSignal): Promise<{ file: UploadedFile; version: number } | undefined> {
    const { check, isClosed, version: currentVersion } = this.#options;
    const wasClosed = isClosed();
    let isForgotten = false;
    this.#stopping = new AbortController();
    const { signal: stopped } = this.#stopping;
    for (;;) {
      // What there is of it now may be a part of what its next writer is going to write.
      if (wasClosed && !isClosed()) return undefined;
      check();
      const version = currentVersion();
      try {
        const file = await this.#send({ signal, stopped });
        if (file !== undefined) {
          // The parts belong to a complete file now.
          this.#startAnew();
          return { file, version };
        }
      } catch (error) {
        stopped.throwIfAborted();
        // When it shows at the beginning, or again, the app result itself was deleted.
        if (reasonOf(error) !== "gone" || !this.#uploader.hasBegun || isForgotten) throw error;
        isForgotten = true;
        await this.#discardSent(signal);
      }
    }
  }

  /** Returns undefined when somebody cut the file shorter meanwhile. */
  async #send({ signal, stopped }: Signals): Promise<UploadedFile | undefined> {
    const { plan, staging } = this.#options;
    const either = AbortSignal.any([signal, stopped]);
    const complete = await this.#settleEarlier(either);
    if (complete !== undefined) return complete;
    const { earlier, target, version } = this.#options;
    if (earlier !== undefined && version() === this.#earlierVersion) {
      await refuseOlder({ target, destination: this.#destination, earlier }, either);
    }
    const { sizeBytes } = staging;
    if (this.#isOvertaken || this.#uploader.isTooLongFor(sizeBytes))
      await this.#discardSent(signal);
    const isShort = sizeBytes <= plan.firstPartBytes;
    if (!this.#uploader.hasBegun && isShort)
      return await this.#sendWhole(sizeBytes, { signal, stopped });
    return await this.#uploader.finish(sizeBytes, { signal, stopped });
  }

  async #sendWhole(
    sizeBytes: number,
    { signal, stopped }: Signals,
  ): Promise<UploadedFile | undefined> {
    const { check, memory, staging, target } = this.#options;
    return await memory.use(sizeBytes, AbortSignal.any([signal, stopped]), async (bytes) => {
      const read = await staging.read(0, bytes);
      stopped.throwIfAborted();
      check();
      if (read < sizeBytes) return undefined;
      return await target.whole(this.#destination, { bytes }, { signal });
    });
  }

  /** Finds out what BaseSpace has of what an ended process sent. Returns the file when it has all of it. */
  async #settleEarlier(signal: AbortSignal): Promise<UploadedFile | undefined> {
    if (this.#earlier === undefined) return undefined;
    const isUnchanged = this.#options.version() === this.#earlierVersion;
    const destination = this.#destination;
    const found = await findEarlier(
      { ...this.#options, destination, earlier: this.#earlier, isUnchanged },
      signal,
    );
    // It was renamed meanwhile: what BaseSpace has of it has the other path.
    if (destination !== this.#destination) return undefined;
    this.#earlier = undefined;
    if (found === "nothing" && this.#uploader.hasBegun) this.#startAnew();
    return typeof found === "string" ? undefined : found;
  }

  async #discardSent(signal: AbortSignal): Promise<void> {
    await this.#uploader.abort(signal);
    this.#startAnew();
  }

  #startAnew(): void {
    this.#uploader = this.#newUploader();
    this.#nextPart = 1;
    this.#isOvertaken = false;
  }

  #newUploader(earlier?: JournaledUpload): PartsUpload {
    const { target, staging, journal, plan, memory, tasks, check } = this.#options;
    const destination = this.#destination;
    const protocol = protocolOf(target, destination, {
      begun: async (fileId) => {
        this.#pendingId = fileId;
        await journal.recordUpload({ fileId, uploadPath: destination.path, steps: plan.steps });
      },
      sent: (number, part) => journal.recordPart(number, part),
      dropped: () => journal.recordDroppedUpload(),
    });
    const sent =
      earlier === undefined
        ? {}
        : {
            earlier: {
              begun: earlier.fileId,
              parts: earlier.parts,
              md5: async (bytes: Uint8Array) => await target.md5(bytes),
            },
          };
    return new IncrementalUpload({
      plan,
      memory,
      tasks,
      check,
      ...sent,
      protocol,
      content: staging,
    });
  }
}
