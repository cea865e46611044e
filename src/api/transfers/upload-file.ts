import { rangeLength } from "../../core/byte-range.ts";
import { reasonOf } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import { MultipartUpload } from "../../upload/multipart-upload.ts";
import { evenParts, partBytesOf, type UploadPart } from "../../upload/part-sizes.ts";
import type { PartToSend } from "../../upload/upload-protocol.ts";
import type { FileEntry } from "../models/models.ts";
import type { Files } from "../resources/files.ts";
import { ApiError } from "../transport/errors.ts";
import { fileProtocol } from "../uploads/file-protocol.ts";
import { filesPathOf, type UploadDestination } from "../uploads/upload-destination.ts";
import type { WholeOptions } from "../uploads/find-uploaded.ts";
import type { Uploads } from "../uploads/uploads.ts";
import {
  callOptions,
  DEFAULT_PARALLEL,
  ProgressCount,
  type TransferOptions,
  withMemoryBudget,
} from "./options.ts";
import { haveSameMd5s, hasEtagOf, type PartMd5s } from "./part-md5s.ts";
import { lockLocalFile } from "./local-file-lock.ts";
import { ResumableProtocol } from "./resumable-protocol.ts";
import { isSameUpload } from "./same-upload.ts";
import {
  readUploadJournal,
  removeUploadJournal,
  type UploadName,
  type UploadRecord,
} from "./upload-journal.ts";
import type { UploadSource } from "./upload-source.ts";

export interface UploadOptions extends TransferOptions, WholeOptions {
  /** Bytes of a part, 5 MiB to 25 000 000. Default 8 MiB, more for files over 80 GB. */
  readonly partBytes?: number;
  /**
   * The path of a journal, which records the parts that BaseSpace has. With it, an interrupted upload of a local
   * file is continued by the next one. Default: none; an upload that fails is aborted in BaseSpace at once.
   */
  readonly journal?: string;
}

/** What an upload works with. */
export interface UploadContext {
  /** The origin of the API server: Ids belong to one server. */
  readonly apiServer: string;
  readonly uploads: Uploads;
  readonly files: Files;
  readonly destination: UploadDestination;
  readonly options: UploadOptions;
  readonly lockFolder: string;
}

/** What may pass, so that a journal is worth keeping. */
const PASSING: ReadonlySet<string> = new Set(["timeout", "unavailable", "aborted"]);

/** The service responds alike for a file that was deleted and for one of another user. */
const NOT_READABLE: ReadonlySet<string> = new Set(["access-denied", "not-found"]);

/** Uploads a source of known length in parts, or continues an earlier upload of it. */
export class FileUpload {
  readonly #context: UploadContext;
  readonly #source: UploadSource;
  readonly #partBytes: number;
  readonly #progress: ProgressCount;

  constructor(context: UploadContext, source: UploadSource) {
    this.#context = context;
    this.#source = source;
    this.#partBytes = partBytesOf(source.sizeBytes, context.options.partBytes);
    this.#progress = new ProgressCount(source.sizeBytes, context.options.onProgress);
  }

  /** @throws BsmountError `busy` while another upload uses the journal, and what uploading can throw */
  async run(signal: AbortSignal): Promise<FileEntry> {
    const { destination, options, lockFolder } = this.#context;
    const { journal: path } = options;
    if (path === undefined) return await this.#upload(signal);
    await using _lock = await lockLocalFile({
      path,
      what: `${destination.path} is being uploaded`,
      lockFolder,
    });
    return await this.#upload(signal);
  }

  async #upload(signal: AbortSignal): Promise<FileEntry> {
    const record = await this.#usableRecord(signal);
    const file = record && (await this.#fileOf(record.name, signal));
    if (record !== undefined && file?.uploadStatus === "complete") {
      const isDone = await this.#isDone(file, record.parts, signal);
      await this.#removeJournal();
      if (isDone) return file;
    }
    const isContinued = record !== undefined && file?.uploadStatus === "pending";
    return await this.#send(isContinued ? { file, parts: record.parts } : undefined, signal);
  }

  /** @param earlier the upload to continue */
  async #send(earlier: EarlierUpload | undefined, signal: AbortSignal): Promise<FileEntry> {
    const { uploads, destination, options } = this.#context;
    const inner = fileProtocol(uploads, destination, callOptions(options));
    await using protocol = new ResumableProtocol(inner, {
      md5: async (bytes) => await uploads.md5(bytes),
      journal: options.journal,
      name: this.#recordedName(),
      earlier: earlier?.parts,
    });
    const run = {
      parts: evenParts(this.#source.sizeBytes, this.#partBytes),
      parallel: options.parallel ?? DEFAULT_PARALLEL,
      sendPart: this.#sendPart.bind(this),
      beforeComplete: async () => await this.#checkUnchanged(protocol.md5s, signal),
      isKept: (error: unknown) => options.journal !== undefined && isPassing(error),
    };
    return await new MultipartUpload(protocol, earlier?.file).run(run, signal);
  }

  async #sendPart(
    part: UploadPart,
    send: (part: PartToSend) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    const { number } = part;
    const sizeBytes = rangeLength(part);
    await withMemoryBudget(this.#context.options, { bytes: sizeBytes, signal }, async () => {
      await this.#source.use(part, async (bytes) => await send({ number, bytes }));
    });
    this.#progress.add(sizeBytes);
    return sizeBytes;
  }

  /** The file that a journal names, as it is now; undefined when it cannot be read or is of another upload. */
  async #fileOf(name: UploadName, signal: AbortSignal): Promise<FileEntry | undefined> {
    try {
      const file = await this.#context.files.get(name.fileId, { signal });
      return isSameUpload(file, name, this.#context.destination) ? file : undefined;
    } catch (error) {
      if (NOT_READABLE.has(reasonOf(error))) return undefined;
      throw error;
    }
  }

  /**
   * Whether `file`, whose completion was requested without a response, has the bytes of the source and is the file
   * that its path shows. The source may have been written since with its date set back, and another file may have
   * been uploaded to the same path.
   */
  async #isDone(file: FileEntry, sent: PartMd5s, signal: AbortSignal): Promise<boolean> {
    if (file.sizeBytes !== this.#source.sizeBytes) return false;
    const md5s = await this.#readMd5s(signal);
    await this.#checkUnchanged(md5s, signal);
    const isSame = hasEtagOf(file, md5s) ?? haveSameMd5s(md5s, sent);
    return isSame && (await this.#isNewest(file, signal));
  }

  /** Whether `file` is the one that its path shows. */
  async #isNewest({ id, path }: FileEntry, signal: AbortSignal): Promise<boolean> {
    const { uploads, destination, options } = this.#context;
    const call = { ...callOptions(options), signal };
    return (await uploads.newest({ ...destination, path }, call))?.id === id;
  }

  /** @throws BsmountError `changed` unless the source still has the parts that were read */
  async #checkUnchanged(read: PartMd5s, signal: AbortSignal): Promise<void> {
    if (await this.#source.isUntouched()) return;
    if (!haveSameMd5s(await this.#readMd5s(signal), read)) throw this.#source.changedError();
  }

  /** The current MD5s of the source's parts, by their numbers. */
  async #readMd5s(signal: AbortSignal): Promise<PartMd5s> {
    const { uploads, options } = this.#context;
    const md5s = new Map<number, string>();
    const parts = evenParts(this.#source.sizeBytes, this.#partBytes);
    await inParallel(parts, { limit: 1, signal }, async (part, inner) => {
      await withMemoryBudget(options, { bytes: rangeLength(part), signal: inner }, async () => {
        const md5 = await this.#source.use(part, async (bytes) => await uploads.md5(bytes));
        md5s.set(part.number, md5);
      });
    });
    return md5s;
  }

  /** What the journal is to say of this upload; undefined for a source that cannot be recognised again. */
  #recordedName(): Omit<UploadName, "fileId" | "created"> | undefined {
    const { sizeBytes, mtimeMs } = this.#source;
    if (mtimeMs === undefined) return undefined;
    return { place: this.#recordedDestination, partBytes: this.#partBytes, sizeBytes, mtimeMs };
  }

  /** The journal of an earlier upload of the same source to the same destination. */
  async #usableRecord(signal: AbortSignal): Promise<UploadRecord | undefined> {
    const { journal } = this.#context.options;
    const record = journal === undefined ? undefined : await readUploadJournal(journal);
    if (record === undefined || record.name.place !== this.#recordedDestination) return undefined;
    const { name } = record;
    const { sizeBytes, mtimeMs } = this.#source;
    const isSame =
      name.sizeBytes === sizeBytes &&
      name.mtimeMs === mtimeMs &&
      name.partBytes === this.#partBytes;
    if (isSame) return record;
    await this.#abortEarlier(name, signal);
    return undefined;
  }

  /** Aborts an earlier upload of another content, unless its Id belongs to another upload by now. */
  async #abortEarlier(name: UploadName, signal: AbortSignal): Promise<void> {
    const file = await this.#fileOf(name, signal);
    if (file?.uploadStatus !== "pending") return;
    await this.#context.uploads.abort(file.id, { signal }).catch(() => {});
  }

  get #recordedDestination(): string {
    const { apiServer, destination } = this.#context;
    return `${apiServer}${filesPathOf(destination)}/${destination.path}`;
  }

  async #removeJournal(): Promise<void> {
    const { journal } = this.#context.options;
    if (journal !== undefined) await removeUploadJournal(journal);
  }
}

interface EarlierUpload {
  readonly file: FileEntry;
  readonly parts: PartMd5s;
}

/** A 409 says that the session has ended, which does not pass. */
function isPassing(error: unknown): boolean {
  const hasEnded = error instanceof ApiError && error.status === 409;
  return PASSING.has(reasonOf(error)) && !hasEnded;
}
