import type { FileId } from "../core/ids.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { rangeLength } from "../core/byte-range.ts";
import type { PartMemory } from "./part-memory.ts";
import type { PartPlan } from "../core/part-plan.ts";
import type { StagingFile } from "./staging-file.ts";
import type { UploadedFile, UploadPlace, UploadTarget } from "./upload-target.ts";

/*
 * One upload in parts. Parts go up in the background while the file is still written; what is written
 * over a part that was sent, or is on its way, makes it due again. Nothing here decides when a file is
 * finished.
 */

export interface PartUploaderOptions {
  readonly target: UploadTarget;
  readonly place: UploadPlace;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly memory: PartMemory;
  readonly tasks: TaskGroup;
  /** Throws when the file lacks bytes, and must not become complete. */
  readonly check: () => void;
}

interface Part {
  /** Of the content, counted up by every write over it. */
  version: number;
  /** The version that BaseSpace has. */
  sentVersion: number | undefined;
  /** The length that it was sent with: the last part of a file can grow. */
  sentBytes: number;
  sending: Promise<void> | undefined;
}

interface Turn {
  readonly signal: AbortSignal;
  readonly isDue: () => boolean;
}

export class PartUploader {
  readonly #options: PartUploaderOptions;
  readonly #parts = new Map<number, Part>();
  readonly #controller = new AbortController();
  #fileId: Promise<FileId> | undefined;
  /** Where the file ends that is being finished, whatever is written behind it meanwhile. */
  #endBytes = Number.MAX_SAFE_INTEGER;
  /** The highest part that the service may have. */
  #highest = 0;
  /** Parts that failed in the background. */
  #failedAhead = 0;

  constructor(options: PartUploaderOptions) {
    this.#options = options;
  }

  /** True once the service was asked for an upload in parts. */
  get hasBegun(): boolean {
    return this.#fileId !== undefined;
  }

  /** Bytes of parts that BaseSpace has as they are now. */
  get confirmedBytes(): number {
    let bytes = 0;
    for (const { version, sentVersion, sentBytes } of this.#parts.values()) {
      if (version === sentVersion) bytes += sentBytes;
    }
    return bytes;
  }

  /** True when parts were sent that a file of `sizeBytes` has no place for; they cannot be taken back. */
  isTooLongFor(sizeBytes: number): boolean {
    return this.#highest > this.#options.plan.count(sizeBytes);
  }

  /** Told of every write: what it touches has to be sent, again where it was sent before. */
  written(start: number, end: number): void {
    if (this.#parts.size === 0) return;
    const { plan } = this.#options;
    for (let number = plan.at(start); number <= plan.at(Math.max(start, end - 1)); number += 1) {
      const part = this.#parts.get(number);
      if (part !== undefined) part.version += 1;
    }
  }

  /**
   * Sends part `number` in the background. A failure shows in {@link finish}, which tries again. Each part waits for
   * minutes for a service that is away; so those that stood in line behind one that waited in vain are left to
   * {@link finish} as well, which would otherwise wait for each of them.
   */
  sendAhead(number: number): void {
    const { tasks } = this.#options;
    const failedBefore = this.#failedAhead;
    const isDue = (): boolean => this.#failedAhead === failedBefore;
    tasks.start(async (signal) => {
      const both = AbortSignal.any([signal, this.#controller.signal]);
      await this.#send(number, both, isDue).catch(() => {
        this.#failedAhead += 1;
      });
    });
  }

  /**
   * Sends what is due and makes one file of the parts. What others write meanwhile is not waited for. Answers
   * undefined, and makes no file, when they cut it shorter.
   */
  async finish(sizeBytes: number, signal: AbortSignal): Promise<UploadedFile | undefined> {
    this.#endBytes = sizeBytes;
    try {
      return await this.#finish(sizeBytes, signal);
    } finally {
      this.#endBytes = Number.MAX_SAFE_INTEGER;
    }
  }

  /** The first part that fails ends the wait of the others: they would meet the same service. */
  async #finish(sizeBytes: number, signal: AbortSignal): Promise<UploadedFile | undefined> {
    const failing = new AbortController();
    const both = AbortSignal.any([signal, this.#controller.signal, failing.signal]);
    const numbers = Array.from(
      { length: this.#options.plan.count(sizeBytes) },
      (_, index) => index + 1,
    );
    const results = await Promise.allSettled(
      numbers.map(async (number) => {
        await this.#settle(number, sizeBytes, both).catch((error: unknown) => {
          failing.abort(error);
          throw error;
        });
      }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const fileId = await this.#begun(both);
    if (this.#isCutBelow(sizeBytes)) return undefined;
    this.#options.check();
    return await this.#options.target.complete({ fileId, sizeBytes }, { signal: both });
  }

  /** Gives the upload up and tells the service, which may not hear it. */
  async abort(signal: AbortSignal): Promise<void> {
    this.#controller.abort(new DOMException("the upload was given up", "AbortError"));
    const fileId = await this.#fileId?.catch(() => undefined);
    if (fileId !== undefined) {
      await this.#options.target.abort(fileId, { signal }).catch(() => {});
    }
  }

  async #settle(number: number, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const length = rangeLength(this.#options.plan.range(number, sizeBytes));
    const part = this.#part(number);
    const due = part.version;
    for (;;) {
      await part.sending?.catch(() => {});
      if ((part.sentVersion ?? -1) >= due && part.sentBytes === length) return;
      if (this.#isCutBelow(sizeBytes)) return;
      await this.#send(number, signal);
    }
  }

  #isCutBelow(sizeBytes: number): boolean {
    return this.#options.staging.sizeBytes < sizeBytes;
  }

  /** @param isDue asked when its turn has come */
  async #send(number: number, signal: AbortSignal, isDue = (): boolean => true): Promise<void> {
    const part = this.#part(number);
    if (part.sending !== undefined) return await part.sending;
    part.sending = this.#sendNow(number, part, { signal, isDue }).finally(() => {
      part.sending = undefined;
    });
    await part.sending;
  }

  async #sendNow(number: number, part: Part, { signal, isDue }: Turn): Promise<void> {
    const { staging, target, memory, plan } = this.#options;
    const fileId = await this.#begun(signal);
    const planned = rangeLength(plan.range(number, Number.MAX_SAFE_INTEGER));
    const mostBytes = Math.min(planned, staging.sizeBytes);
    await memory.use(mostBytes, signal, async (room) => {
      if (!isDue()) return;
      const { version } = part;
      const { start, end } = plan.range(number, Math.min(staging.sizeBytes, this.#endBytes));
      // The file was cut while this part waited, and has no place for it any more.
      if (end <= start && number > 1) return;
      this.#highest = Math.max(this.#highest, number);
      const bytes = room.subarray(0, end - start);
      // The file was cut while this was read: what is left of the part is sent by whoever finishes it.
      if ((await staging.read(start, bytes)) < bytes.length) return;
      await target.part({ fileId, number }, { bytes }, { signal });
      part.sentVersion = version;
      part.sentBytes = bytes.length;
    });
  }

  #part(number: number): Part {
    const known = this.#parts.get(number);
    if (known !== undefined) return known;
    const part: Part = { version: 0, sentVersion: undefined, sentBytes: 0, sending: undefined };
    this.#parts.set(number, part);
    return part;
  }

  /** One upload for all parts; one that could not be begun is begun anew by whoever asks next. */
  async #begun(signal: AbortSignal): Promise<FileId> {
    const { target, place } = this.#options;
    this.#fileId ??= target.begin(place, { signal }).catch((error: unknown) => {
      this.#fileId = undefined;
      throw error;
    });
    return await this.#fileId;
  }
}
