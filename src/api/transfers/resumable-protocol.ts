import type { PartToSend, UploadProtocol } from "../../upload/upload-protocol.ts";
import type { FileEntry } from "../models/models.ts";
import type { PartMd5s } from "./part-md5s.ts";
import { removeUploadJournal, UploadJournal, type UploadName } from "./upload-journal.ts";

export interface ResumableOptions {
  /** Computes an MD5, in lower-case hex. */
  readonly md5: (bytes: Uint8Array) => Promise<string>;
  /** The path of the journal; undefined for an upload that is not continued after a failure. */
  readonly journal: string | undefined;
  /** What the journal says of the upload beside the file; undefined when nothing is to be recorded. */
  readonly name: Omit<UploadName, "fileId" | "created"> | undefined;
  /** The MD5s of the parts that BaseSpace has of an upload that is continued; undefined for a new one. */
  readonly earlier: PartMd5s | undefined;
}

/** Records in a journal which parts BaseSpace has, and does not send those that it has with the same MD5. */
export class ResumableProtocol implements UploadProtocol<FileEntry, FileEntry>, AsyncDisposable {
  readonly #inner: UploadProtocol<FileEntry, FileEntry>;
  readonly #options: ResumableOptions;
  readonly #md5s = new Map<number, string>();
  #journal: Promise<UploadJournal | undefined> | undefined;

  constructor(inner: UploadProtocol<FileEntry, FileEntry>, options: ResumableOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  /** The MD5s of the parts that were given to {@link sendPart}, by their numbers. */
  get md5s(): PartMd5s {
    return this.#md5s;
  }

  async begin(signal: AbortSignal): Promise<FileEntry> {
    await this.#forget();
    return await this.#inner.begin(signal);
  }

  async sendPart(
    file: FileEntry,
    { number, bytes }: PartToSend,
    signal: AbortSignal,
  ): Promise<void> {
    this.#journal ??= this.#openJournal(file);
    const journal = await this.#journal;
    const md5 = await this.#options.md5(bytes);
    this.#md5s.set(number, md5);
    if (this.#options.earlier?.get(number) === md5) return;
    await this.#inner.sendPart(file, { number, bytes, md5 }, signal);
    await journal?.add(number, md5);
  }

  async complete(file: FileEntry, sizeBytes: number, signal: AbortSignal): Promise<FileEntry> {
    const complete = await this.#inner.complete(file, sizeBytes, signal);
    await this.#forget();
    return complete;
  }

  async abort(file: FileEntry, signal: AbortSignal): Promise<void> {
    await this.#inner.abort(file, signal).catch(() => {});
    await this.#forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const journal = await this.#journal?.catch(() => undefined);
    await journal?.[Symbol.asyncDispose]();
  }

  async #openJournal({ id: fileId, dateCreated }: FileEntry): Promise<UploadJournal | undefined> {
    const { journal, name, earlier } = this.#options;
    if (journal === undefined || name === undefined) return undefined;
    if (earlier !== undefined) return await UploadJournal.resume(journal);
    return await UploadJournal.begin(journal, {
      fileId,
      ...name,
      created: dateCreated.toISOString(),
    });
  }

  async #forget(): Promise<void> {
    const { journal } = this.#options;
    if (journal !== undefined) await removeUploadJournal(journal);
  }
}
