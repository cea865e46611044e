import { setMaxListeners } from "node:events";
import { rangeLength } from "../core/byte-range.ts";
import type { PartPlan } from "./part-plan.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { MultipartUpload } from "./multipart-upload.ts";
import type { UploadProtocol } from "./upload-protocol.ts";

/** The content of a file that is still being written. */
export interface WritableContent {
  readonly sizeBytes: number;
  /** Reads from `start` into `bytes`. Returns how many bytes were read; fewer when the file was cut shorter. */
  read(start: number, bytes: Uint8Array): Promise<number>;
}

/** Memory for the bytes that are being sent, shared by several uploads. */
export interface UploadMemory {
  /** Runs `work` with `sizeBytes` of memory as soon as there is room. */
  use<Value>(
    sizeBytes: number,
    signal: AbortSignal,
    work: (memory: Uint8Array) => Promise<Value>,
  ): Promise<Value>;
}

export interface IncrementalUploadOptions<Begun, File> {
  readonly protocol: UploadProtocol<Begun, File>;
  readonly plan: PartPlan;
  readonly content: WritableContent;
  readonly memory: UploadMemory;
  /** Owns the parts that are sent in the background. */
  readonly tasks: TaskGroup;
  /** Throws when the file lacks bytes and must not become complete. */
  readonly check: () => void;
  /** False when somebody overwrites the content, so that what was sent must not become complete. @default always true */
  readonly isIntact?: () => boolean;
  /** Called when all parts have been sent; what it throws prevents the file from becoming complete. */
  readonly beforeComplete?: (begun: Begun, signal: AbortSignal) => Promise<void>;
  /** An upload that was begun earlier, to be continued. */
  readonly earlier?: EarlierParts<Begun>;
}

/** What an earlier process sent of the content, which may have changed since. */
export interface EarlierParts<Begun> {
  readonly begun: Begun;
  /** The parts that the service acknowledged, by number. */
  readonly parts: ReadonlyMap<number, { readonly partBytes: number; readonly md5: string }>;
  /** In lower-case hex. */
  readonly md5: (bytes: Uint8Array) => Promise<string>;
}

interface PartState {
  /** Counts the changes of the content. */
  version: number;
  /** The version that the service has. */
  sentVersion: number | undefined;
  /** The length of what was sent: the last part of a file can grow. */
  sentBytes: number;
  sending: Promise<void> | undefined;
}

interface Sending {
  readonly signal: AbortSignal;
  readonly isDue: () => boolean;
}

/** `stopped` ends what can be undone; what the service is completing is waited for. */
export interface FinishSignals {
  readonly signal: AbortSignal;
  readonly stopped: AbortSignal;
}

/**
 * An upload of content that is still being written. Parts are sent in the background; when the content of a part
 * changes after it was sent, or while it is being sent, the part is sent again. The caller decides when the file
 * is finished.
 */
export class IncrementalUpload<Begun, File> {
  readonly #options: IncrementalUploadOptions<Begun, File>;
  readonly #upload: MultipartUpload<Begun, File>;
  readonly #parts = new Map<number, PartState>();
  /** Parts of an earlier process that were not compared with the content yet. */
  readonly #earlier: Map<number, { readonly partBytes: number; readonly md5: string }>;
  /** Those of them that were changed since; they may have the same bytes again. */
  readonly #changedEarlier = new Set<number>();
  /** The end of the file that is being finished, even if more is written after it meanwhile. */
  #endBytes = Number.MAX_SAFE_INTEGER;
  /** The highest part that the service may have. */
  #highest = 0;
  /** How many parts failed in the background. */
  #failedAhead = 0;

  constructor(options: IncrementalUploadOptions<Begun, File>) {
    this.#options = options;
    this.#upload = new MultipartUpload(options.protocol, options.earlier?.begun);
    const { earlier, plan, content } = options;
    this.#earlier = new Map(earlier?.parts);
    if (earlier === undefined) return;
    // Parts may have arrived that were not recorded, but none behind the end that the content has now.
    this.#highest = Math.max(plan.count(content.sizeBytes), ...this.#earlier.keys());
  }

  /** True once the service was asked to begin an upload in parts. */
  get hasBegun(): boolean {
    return this.#upload.hasBegun;
  }

  /** Bytes of the parts whose current content the service has, as far as is known. */
  get confirmedBytes(): number {
    let bytes = 0;
    for (const { version, sentVersion, sentBytes } of this.#parts.values()) {
      if (version === sentVersion) bytes += sentBytes;
    }
    for (const [number, { partBytes }] of this.#earlier)
      if (this.#isAsBefore(number, partBytes)) bytes += partBytes;
    return bytes;
  }

  /** Whether nobody has changed a part since an earlier process sent it. */
  #isAsBefore(number: number, partBytes: number): boolean {
    const { plan, content } = this.#options;
    const { start, end } = plan.range(number, content.sizeBytes);
    return !this.#changedEarlier.has(number) && end - start === partBytes;
  }

  /** True when a part was sent that lies behind the end of a file of `sizeBytes`: it cannot be taken back. */
  isTooLongFor(sizeBytes: number): boolean {
    return this.#highest > this.#options.plan.count(sizeBytes);
  }

  /**
   * The service says which parts of an earlier process it has, with their MD5s as far as it says them. The others are
   * sent again.
   */
  hasOnly(parts: ReadonlyMap<number, string | undefined>): void {
    for (const [number, { md5 }] of this.#earlier) {
      const listed = parts.has(number) ? (parts.get(number) ?? md5) : undefined;
      if (listed !== md5) this.#earlier.delete(number);
    }
    for (const number of parts.keys()) this.#highest = Math.max(this.#highest, number);
  }

  /** Called for every write: the parts that it touches have to be sent, or sent again. */
  written(start: number, end: number): void {
    if (this.#parts.size + this.#earlier.size === 0) return;
    const { plan } = this.#options;
    for (let number = plan.at(start); number <= plan.at(Math.max(start, end - 1)); number += 1) {
      if (this.#earlier.has(number)) this.#changedEarlier.add(number);
      const part = this.#parts.get(number);
      if (part !== undefined) part.version += 1;
    }
  }

  /**
   * Sends part `number` in the background; if that fails, {@link finish} sends it again. While the service is away,
   * each part is retried for minutes. So after a failure the parts in the queue are not sent in the background:
   * {@link finish} would have to wait for every one of them.
   */
  sendAhead(number: number): void {
    const failedBefore = this.#failedAhead;
    const isDue = (): boolean => this.#failedAhead === failedBefore;
    this.#options.tasks.start(async (signal) => {
      const both = AbortSignal.any([signal, this.#upload.signal]);
      await this.#send(number, { signal: both, isDue }).catch(() => {
        this.#failedAhead += 1;
      });
    });
  }

  /**
   * Sends the parts that are due and makes one file of all parts. Does not wait for what is written meanwhile.
   * Returns undefined, and completes nothing, when the file was cut shorter meanwhile, or is not intact.
   * @param signals - `stopped` ends it only before the service is told to make one file
   */
  async finish(sizeBytes: number, signals: FinishSignals): Promise<File | undefined> {
    this.#endBytes = sizeBytes;
    try {
      return await this.#finish(sizeBytes, signals);
    } finally {
      this.#endBytes = Number.MAX_SAFE_INTEGER;
    }
  }

  /** Ends what is under way and tells the service, which may be out of reach. */
  async abort(signal: AbortSignal): Promise<void> {
    await this.#upload.abort(signal);
  }

  /** The first part that fails aborts the others: they would meet the same service. */
  async #finish(sizeBytes: number, { signal, stopped }: FinishSignals): Promise<File | undefined> {
    const failing = new AbortController();
    const ends = AbortSignal.any([signal, this.#upload.signal]);
    const either = AbortSignal.any([ends, stopped, failing.signal]);
    // Every part that waits has a listener on it, so a large number of listeners is no leak.
    setMaxListeners(0, either);
    const numbers = Array.from(
      { length: this.#options.plan.count(sizeBytes) },
      (_, index) => index + 1,
    );
    const results = await Promise.allSettled(
      numbers.map(async (number) => {
        await this.#sendUntilCurrent(number, sizeBytes, either).catch((error: unknown) => {
          failing.abort(error);
          throw error;
        });
      }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const begun = await this.#upload.begin(either);
    await this.#options.beforeComplete?.(begun, either);
    if (this.#isCutBelow(sizeBytes) || this.#options.isIntact?.() === false) return undefined;
    this.#options.check();
    stopped.throwIfAborted();
    return await this.#upload.complete(sizeBytes, ends);
  }

  async #sendUntilCurrent(number: number, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const length = rangeLength(this.#options.plan.range(number, sizeBytes));
    const part = this.#part(number);
    const due = part.version;
    for (;;) {
      await part.sending?.catch(() => {});
      if ((part.sentVersion ?? -1) >= due && part.sentBytes === length) return;
      if (this.#isCutBelow(sizeBytes)) return;
      await this.#send(number, { signal, isDue: () => true });
    }
  }

  #isCutBelow(sizeBytes: number): boolean {
    return this.#options.content.sizeBytes < sizeBytes;
  }

  async #send(number: number, sending: Sending): Promise<void> {
    const part = this.#part(number);
    if (part.sending !== undefined) return await part.sending;
    part.sending = this.#sendNow(number, part, sending).finally(() => {
      part.sending = undefined;
    });
    await part.sending;
  }

  async #sendNow(number: number, part: PartState, { signal, isDue }: Sending): Promise<void> {
    const { content, memory, plan } = this.#options;
    await this.#upload.begin(signal);
    const planned = rangeLength(plan.range(number, Number.MAX_SAFE_INTEGER));
    const mostBytes = Math.min(planned, content.sizeBytes);
    await memory.use(mostBytes, signal, async (room) => {
      if (!isDue()) return;
      const { version } = part;
      const { start, end } = plan.range(number, Math.min(content.sizeBytes, this.#endBytes));
      // The file was cut while this part waited for memory, and ends before it.
      if (end <= start && number > 1) return;
      this.#highest = Math.max(this.#highest, number);
      const bytes = room.subarray(0, end - start);
      // The file was cut while the part was read. What is left of it is sent by `finish`.
      if ((await content.read(start, bytes)) < bytes.length) return;
      if (!(await this.#wasSent(number, bytes))) await this.#upload.send({ number, bytes }, signal);
      part.sentVersion = version;
      part.sentBytes = bytes.length;
    });
  }

  /** Whether the service has these bytes from an earlier process. Asked once: later the part has a state of its own. */
  async #wasSent(number: number, bytes: Uint8Array): Promise<boolean> {
    const sent = this.#earlier.get(number);
    this.#earlier.delete(number);
    if (sent === undefined || sent.partBytes !== bytes.length) return false;
    return (await this.#options.earlier?.md5(bytes)) === sent.md5;
  }

  #part(number: number): PartState {
    const known = this.#parts.get(number);
    if (known !== undefined) return known;
    const part: PartState = {
      version: 0,
      sentVersion: undefined,
      sentBytes: 0,
      sending: undefined,
    };
    this.#parts.set(number, part);
    return part;
  }
}
