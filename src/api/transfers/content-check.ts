import type { FileEntry } from "../models/models.ts";
import type { Md5Thread, RunningDigests } from "../digests/md5-thread.ts";
import { type ContentRead, ContentJudge, type Verified } from "./content-judge.ts";
import { type EtagDigests, etagDigests } from "../digests/etag-digests.ts";

export interface CheckOptions {
  readonly md5s: Md5Thread;
  readonly file: Pick<FileEntry, "id" | "name" | "sizeBytes" | "etag">;
  /** Reads the file again, in other parts, and hashes it. */
  readonly readAgain: (reading: number) => Promise<ContentRead | undefined>;
}

/**
 * Compares content that is read in order, from its beginning to its end, with the file's ETag. When the difference
 * may be due to parts of unknown sizes, the file is read again: the same content twice was not damaged on the way.
 */
export class ContentCheck implements AsyncDisposable {
  readonly #options: CheckOptions;
  #digests: Promise<{ expected: EtagDigests; running: RunningDigests } | undefined> | undefined;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /**
   * Adds the next bytes, which must not change before the promise settles. `etag` is used for a file without one,
   * from the first bytes on.
   */
  async add(bytes: Uint8Array, etag?: string): Promise<void> {
    this.#digests ??= this.#begin(etag);
    await (await this.#digests)?.running.add(bytes);
  }

  /** The digests of the file, once all bytes have been added. */
  async read(): Promise<ContentRead | undefined> {
    const digests = await this.#digests;
    if (digests === undefined) return undefined;
    return { expected: digests.expected, md5s: await digests.running.end() };
  }

  /**
   * Returns how the content was compared, when all of it has been added.
   * @throws BsmountError `changed` when it is not that of the file
   */
  async end(): Promise<Verified> {
    if (this.#options.file.sizeBytes === 0) return "md5";
    const judge = new ContentJudge(this.#options.file);
    const first = await this.read();
    const verified = judge.judge(first);
    if (verified !== undefined || first === undefined) return verified ?? "parts";
    if (first.expected.isCertain) throw judge.contentError(first);
    for (let reading = 2; ; reading += 1) {
      const again = judge.judge(await this.#options.readAgain(reading));
      if (again === "parts") return again;
      if (again !== undefined) throw judge.contentError(first);
    }
  }

  /** Ends the check. */
  async [Symbol.asyncDispose](): Promise<void> {
    const digests = await this.#digests?.catch(() => undefined);
    await digests?.running[Symbol.asyncDispose]();
  }

  async #begin(
    etag: string | undefined,
  ): Promise<{ expected: EtagDigests; running: RunningDigests } | undefined> {
    const { md5s, file } = this.#options;
    const expected = etagDigests(file.etag ?? etag, file.sizeBytes);
    if (expected === undefined) return undefined;
    return { expected, running: await md5s.digests(expected.wanted, file.sizeBytes) };
  }
}
