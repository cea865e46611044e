import type { ByteRange } from "../core/byte-range.ts";
import { reasonOf } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import { silentLogger } from "../core/logger.ts";
import type { FinishSignals } from "../upload/incremental-upload.ts";
import { EarlierUpload } from "./earlier-upload.ts";
import type { ContentUploadOptions } from "./content-upload-options.ts";
import { Extents } from "./extents.ts";
import type { SentPart } from "./journal-events.ts";
import type { JournaledUpload } from "./journaled-file.ts";
import { type PartsUpload, partsUpload } from "./parts-upload.ts";
import type { StillDue } from "./still-due.ts";
import { UploadStoppedError } from "./upload-stopped-error.ts";
import { type CompletedContent, UploadVerification } from "./upload-verification.ts";
import { type ResultFilePath, type UploadedFile, wrongFileId } from "./upload-target.ts";
import { type SentContent, sentContent, sentWhole } from "./sent-content.ts";

/** BaseSpace was asked to complete this file, and it is not known whether it did. */
interface AskedCompletion {
  readonly fileId: FileId;
  /** The version of the content whose parts it has. */
  readonly version: number;
}

/**
 * Sends the bytes of one staged file to BaseSpace. A part is sent as soon as the writer, going forward, has
 * passed its end. What is no longer than one part is sent in one request when the file is finished.
 */
export class ContentUpload {
  readonly #options: ContentUploadOptions;
  readonly #written = new Extents();
  readonly #verification: UploadVerification;
  #destination: ResultFilePath;
  #uploader: PartsUpload;
  /** The parts that BaseSpace acknowledged, as they were sent last. */
  #sent = new Map<number, SentPart>();
  /** The first part that was not sent ahead. */
  #nextPart = 1;
  #isOvertaken = false;
  /** Of the attempt that is under way. */
  #stopping = new AbortController();
  #pendingId: FileId | undefined;
  #asked: AskedCompletion | undefined;
  /** The MD5 of what was sent in one request last, lower-case hex. */
  wholeMd5: string | undefined;
  /** The version that is being finished. */
  #finishing = 0;
  /** Its length. */
  #finishingBytes = 0;
  /** Somebody has changed it since, beyond an addition at its end. */
  #isOverwritten = false;
  /** Whether what is being finished still is to be. */
  #isDue: StillDue = () => true;
  /** What an ended process has made of it, under this path. */
  #earlier: EarlierUpload | undefined;

  constructor(options: ContentUploadOptions) {
    const { content, verifiesUploads: readsBack = false, logger = silentLogger, earlier } = options;
    this.#options = options;
    this.#verification = new UploadVerification({ ...options, content, readsBack, logger });
    this.#destination = options.destination;
    this.#pendingId = earlier?.upload?.fileId;
    this.#uploader = this.#newUploader(earlier?.upload);
    if (earlier === undefined) return;
    this.#earlier = new EarlierUpload(options, earlier);
    this.wrote({ start: 0, end: options.staging.sizeBytes });
  }

  get destination(): ResultFilePath {
    return this.#destination;
  }

  /** The pending file of BaseSpace that parts are sent to. */
  get pendingId(): FileId | undefined {
    return this.#uploader.hasBegun ? this.#pendingId : undefined;
  }

  /** Files that BaseSpace may have completed, or has completed wrongly. */
  get doubtfulIds(): readonly FileId[] {
    const ids = [this.#asked?.fileId, this.#verification.doubtfulId];
    return ids.filter((id) => id !== undefined);
  }

  /** Complete files with other content, under the path of now or one before. */
  get wrongIds(): ReadonlySet<FileId> {
    return this.#verification.wrongIds;
  }

  /** Bytes of parts that BaseSpace has as they are now. */
  get confirmedBytes(): number {
    return this.#uploader.confirmedBytes;
  }

  /** The content of `range` is another one: what of it was sent has to be sent again. */
  changed({ start, end }: ByteRange): void {
    this.#uploader.written(start, end);
    if (start < Math.min(end, this.#finishingBytes)) this.#isOverwritten = true;
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
    if (this.#earlier?.isSettled === false) return;
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
    this.#verification.forget();
    const old = this.#uploader;
    this.#destination = { ...this.#destination, path };
    this.#options.onDestination?.();
    this.#startAnew();
    if (old.hasBegun) await old.abort(signal);
  }

  /** Another file became complete under the same path: what was sent has an older Id, and would be older. */
  overtaken(): void {
    this.#isOvertaken = this.#uploader.hasBegun;
  }

  /** Stops {@link finish} before it has BaseSpace complete the file; it throws UploadStoppedError then. */
  stop(): void {
    this.#stopping.abort(new UploadStoppedError());
  }

  /** Discards what was sent, also in BaseSpace if it can be reached. */
  async abort(signal: AbortSignal): Promise<void> {
    if (this.#uploader.hasBegun) await this.#uploader.abort(signal);
  }

  /**
   * Sends what is missing, has BaseSpace mark the file complete, and verifies that. Starts over when somebody cut the file
   * shorter meanwhile, or overwrote it, and once when BaseSpace has forgotten what was sent.
   *
   * @returns the file, and the version of its content; undefined when `isDue` says that it is being written again
   * @throws BsmountError as the upload target, what `check` throws, and DamagedUploadError
   */
  async finish(
    signal: AbortSignal,
    isDue: StillDue,
  ): Promise<{ file: UploadedFile; version: number } | undefined> {
    const { check, version: currentVersion } = this.#options;
    let isForgotten = false;
    this.#isDue = isDue;
    this.#stopping = new AbortController();
    const { signal: stopped } = this.#stopping;
    for (;;) {
      if (!isDue()) return undefined;
      check();
      const version = currentVersion();
      this.#finishing = version;
      this.#finishingBytes = this.#options.staging.sizeBytes;
      this.#isOverwritten = false;
      try {
        const completed = await this.#complete(version, { signal, stopped });
        if (completed !== undefined) return await this.#verify(completed, signal);
      } catch (error) {
        stopped.throwIfAborted();
        const wrongId = wrongFileId(error);
        if (wrongId !== undefined) throw this.#damaged(wrongId, error);
        // When it shows at the beginning, or again, the app result itself was deleted.
        if (reasonOf(error) !== "gone" || !this.#uploader.hasBegun || isForgotten) throw error;
        isForgotten = true;
        await this.#discardSent(signal);
      }
    }
  }

  /** The file with this Id is complete, and damaged: everything is sent again, to another file. */
  #damaged(fileId: FileId, cause: unknown): Error {
    this.#startAnew();
    return this.#verification.damaged(fileId, this.#destination.path, cause);
  }

  /** Returns undefined when somebody cut the file shorter meanwhile, or overwrites it. */
  async #complete(
    version: number,
    { signal, stopped }: FinishSignals,
  ): Promise<CompletedContent | undefined> {
    const either = AbortSignal.any([signal, stopped]);
    const unverified = this.#verification.unverified(version);
    if (unverified !== undefined) return unverified;
    const file = (await this.#settleAsked(either)) ?? (await this.#settleEarlier(either));
    if (file === undefined) return await this.#send(version, { signal, stopped });
    return { file, sent: await this.#sentContent(signal), version };
  }

  async #send(version: number, signals: FinishSignals): Promise<CompletedContent | undefined> {
    const { sizeBytes } = this.#options.staging;
    const { signal } = signals;
    if (this.#isOvertaken || this.#uploader.isTooLongFor(sizeBytes))
      await this.#discardSent(signal);
    if (!this.#uploader.hasBegun && sizeBytes <= this.#options.plan.firstPartBytes)
      return await this.#sendWhole(sizeBytes, version, signals);
    const file = await this.#uploader.finish(sizeBytes, signals);
    if (file === undefined) return undefined;
    return { file, sent: await this.#sentContent(signal, sizeBytes), version };
  }

  async #sendWhole(
    sizeBytes: number,
    version: number,
    { signal, stopped }: FinishSignals,
  ): Promise<CompletedContent | undefined> {
    const { check, journal, memory, staging, target } = this.#options;
    return await memory.use(sizeBytes, AbortSignal.any([signal, stopped]), async (bytes) => {
      const read = await staging.read(0, bytes);
      check();
      if (read < sizeBytes) return undefined;
      const md5 = await target.md5(bytes);
      this.wholeMd5 = md5;
      await journal.recordWhole({ md5, uploadPath: this.#destination.path });
      stopped.throwIfAborted();
      if (!this.#isIntact) return undefined;
      const file = await target.whole(this.#destination, { bytes, md5 }, { signal });
      return { file, sent: sentWhole(sizeBytes, md5), version };
    });
  }

  async #verify(
    completed: CompletedContent,
    signal: AbortSignal,
  ): Promise<{ file: UploadedFile; version: number }> {
    const destination = this.#destination;
    // The parts belong to a complete file now.
    this.#startAnew();
    await this.#verification.verify(completed, destination, signal);
    const { file, version } = completed;
    return { file, version };
  }

  /** The file that an attempt that failed had asked BaseSpace to complete, when it is complete and has this content. */
  async #settleAsked(signal: AbortSignal): Promise<UploadedFile | undefined> {
    const asked = this.#asked;
    if (asked === undefined) return undefined;
    const { staging, target, version } = this.#options;
    const found = await target.find(asked.fileId, { signal });
    this.#asked = undefined;
    if (found?.uploadStatus === "pending") return undefined;
    const isComplete = found?.uploadStatus === "complete" && asked.version === version();
    if (isComplete && found.sizeBytes === staging.sizeBytes) return found;
    if (found?.uploadStatus === "complete") this.#verification.isWrong(found.id);
    this.#startAnew();
    return undefined;
  }

  /** Finds out what BaseSpace has of what an ended process sent. Returns the file when it has all of it. */
  async #settleEarlier(signal: AbortSignal): Promise<UploadedFile | undefined> {
    const earlier = this.#earlier;
    const found = await earlier?.settle(this.#destination, signal);
    // It was renamed meanwhile: what BaseSpace has of it has the other path.
    if (found === undefined || earlier !== this.#earlier) return undefined;
    if (found.is === "complete") return found.file;
    if (found.is === "nothing" && this.#uploader.hasBegun) this.#startAnew();
    if (found.is === "pending" && found.parts !== undefined)
      this.#uploader.hasOnly(new Map(found.parts.map(({ number, md5 }) => [number, md5])));
    return undefined;
  }

  async #beforeComplete(fileId: FileId, signal: AbortSignal): Promise<void> {
    await this.#earlier?.refuseOlder(this.#destination, signal);
    this.#asked = { fileId, version: this.#finishing };
  }

  async #sentContent(
    signal: AbortSignal,
    sizeBytes: number = this.#options.staging.sizeBytes,
  ): Promise<SentContent> {
    return await sentContent(this.#options, { sizeBytes, parts: this.#sent }, signal);
  }

  /** False when what was read of it may be a part of what somebody is writing, whose own close finishes that. */
  get #isIntact(): boolean {
    return !this.#isOverwritten || this.#isDue();
  }

  async #discardSent(signal: AbortSignal): Promise<void> {
    await this.#uploader.abort(signal);
    this.#startAnew();
  }

  #startAnew(): void {
    this.#uploader = this.#newUploader();
    this.#nextPart = 1;
    this.#isOvertaken = false;
    this.#asked = undefined;
  }

  #newUploader(earlier?: JournaledUpload): PartsUpload {
    const sent = new Map<number, SentPart>(earlier?.parts);
    this.#sent = sent;
    return partsUpload(this.#options, {
      destination: this.#destination,
      sent,
      earlier,
      onBegun: (fileId) => void (this.#pendingId = fileId),
      beforeComplete: async (fileId, signal) => await this.#beforeComplete(fileId, signal),
      isIntact: () => this.#isIntact,
    });
  }
}
