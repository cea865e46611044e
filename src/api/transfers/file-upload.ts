import { reasonOf } from "../../core/errors.ts";
import type { FileId } from "../../core/ids.ts";
import { inParallel } from "../../core/parallel.ts";
import { ApiError } from "../transport/errors.ts";
import type { FileEntry } from "../models/models.ts";
import type { Files } from "../resources/files.ts";
import type { CallOptions } from "../transport/rest.ts";
import type { UploadPlace } from "../uploads/upload-place.ts";
import { filesPathOf } from "../uploads/upload-place.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { DEFAULT_PARALLEL, ProgressCount, type TransferOptions, withMemory } from "./options.ts";
import { lockPlace } from "./place-lock.ts";
import { areSame, hasParts, type PartMd5s } from "./part-md5s.ts";
import { isSameUpload } from "./same-upload.ts";
import {
  readUploadJournal,
  removeUploadJournal,
  UploadJournal,
  type UploadLeft,
  type UploadName,
} from "./upload-journal.ts";
import { partBytesOf, type UploadPart, uploadParts } from "./upload-parts.ts";
import type { UploadSource } from "./upload-source.ts";

export interface UploadOptions extends TransferOptions {
  /** Bytes of a part, 5 MiB to 25 000 000. Default 8 MiB, more for files over 80 GB. */
  readonly partBytes?: number;
  /**
   * A file of one's own that remembers which parts BaseSpace has: with it an upload of a local file that
   * was cut short goes on where it was. Default: what fails is given up in BaseSpace at once.
   */
  readonly journal?: string;
}

export interface UploadParts {
  /** Its origin: Ids are one server's. */
  readonly apiServer: string;
  readonly uploads: Uploads;
  readonly files: Files;
  readonly place: UploadPlace;
  readonly options: UploadOptions;
  readonly lockFolder: string;
}

const ABORT_TIMEOUT_MS = 10_000;

/** What may go away by itself, so that a journal is worth keeping. */
const PASSING: ReadonlySet<string> = new Set(["timeout", "unavailable", "aborted"]);

const GONE: ReadonlySet<string> = new Set(["access-denied", "not-found"]);

/** Uploads a source of known length in parts, or goes on with an upload of it. */
export class FileUpload {
  readonly #parts: UploadParts;
  readonly #source: UploadSource;
  readonly #partBytes: number;
  readonly #progress: ProgressCount;

  constructor(parts: UploadParts, source: UploadSource) {
    this.#parts = parts;
    this.#source = source;
    this.#partBytes = partBytesOf(source.sizeBytes, parts.options.partBytes);
    this.#progress = new ProgressCount(source.sizeBytes, parts.options.onProgress);
  }

  /** @throws BsmountError `busy` while another upload has the journal, and what uploading can throw */
  async run(signal: AbortSignal): Promise<FileEntry> {
    const { place, options, lockFolder } = this.#parts;
    const { journal: path } = options;
    if (path === undefined) return await this.#upload(signal);
    await using _lock = await lockPlace({
      path,
      what: `${place.path} is being uploaded`,
      lockFolder,
    });
    return await this.#upload(signal);
  }

  async #upload(signal: AbortSignal): Promise<FileEntry> {
    const left = await this.#left(signal);
    const pending = left && (await this.#lookUp(left.name, signal));
    if (left !== undefined && pending?.uploadStatus === "complete") {
      const isDone = await this.#isDone(pending, left.parts, signal);
      await this.#forget();
      if (isDone) return pending;
    }
    const goesOn = pending?.uploadStatus === "pending";
    const target = goesOn ? pending : await this.#begin(signal);
    const done = goesOn && left !== undefined ? left.parts : new Map<number, string>();
    return await givingUp(this.#parts, target.id, async () => {
      const md5s = await this.#sendAll(target, { done, goesOn }, signal);
      if (!(await this.#source.isUntouched())) await this.#compareAgain(md5s, signal);
      const file = await this.#complete(target.id, signal);
      await this.#forget();
      return file;
    });
  }

  /**
   * What became of the file that a journal names. One that is gone, or another user's, which the service answers
   * alike, is nothing to go on with, nor is one that another upload began.
   */
  async #lookUp(name: UploadName, signal: AbortSignal): Promise<FileEntry | undefined> {
    try {
      const file = await this.#parts.files.get(name.fileId, { signal });
      return isSameUpload(file, name, this.#parts.place) ? file : undefined;
    } catch (error) {
      if (GONE.has(reasonOf(error))) return undefined;
      throw error;
    }
  }

  /**
   * Whether `file`, of which no answer came, has the source's bytes and is what its path shows. The source may have
   * been written since and its date set back, and somebody may have sent another file.
   */
  async #isDone(file: FileEntry, sent: PartMd5s, signal: AbortSignal): Promise<boolean> {
    if (file.sizeBytes !== this.#source.sizeBytes) return false;
    const md5s = await this.#readMd5s(signal);
    if (!(await this.#source.isUntouched())) await this.#compareAgain(md5s, signal);
    const isSame = hasParts(file, md5s) ?? areSame(md5s, sent);
    return isSame && (await this.#isNewest(file, signal));
  }

  /** Whether `file` is what its path shows. */
  async #isNewest({ id, path }: FileEntry, signal: AbortSignal): Promise<boolean> {
    const { uploads, place } = this.#parts;
    return (await uploads.newest({ ...place, path }, { ...this.#call, signal }))?.id === id;
  }

  async #begin(signal: AbortSignal): Promise<FileEntry> {
    await this.#forget();
    return await this.#parts.uploads.beginFile(this.#parts.place, { ...this.#call, signal });
  }

  async #complete(fileId: FileId, signal: AbortSignal): Promise<FileEntry> {
    const { sizeBytes } = this.#source;
    return await this.#parts.uploads.complete({ fileId, sizeBytes }, { ...this.#call, signal });
  }

  /** Answers the MD5s of the parts by their numbers. */
  async #sendAll(
    target: FileEntry,
    { done, goesOn }: { readonly done: PartMd5s; readonly goesOn: boolean },
    signal: AbortSignal,
  ): Promise<PartMd5s> {
    const fileId = target.id;
    const md5s = new Map<number, string>();
    await using journal = await this.#openJournal(target, goesOn);
    const limit = this.#parts.options.parallel ?? DEFAULT_PARALLEL;
    const parts = uploadParts(this.#source.sizeBytes, this.#partBytes);
    await inParallel(parts, { limit, signal }, async (part, inner) => {
      const bytes = part.end - part.start;
      await withMemory(this.#parts.options, { bytes, signal: inner }, async () => {
        const had = done.get(part.number);
        const md5 = await this.#send({ fileId, part, had }, inner);
        md5s.set(part.number, md5);
        if (had !== md5) await journal?.add(part.number, md5);
      });
      this.#progress.add(bytes);
    });
    return md5s;
  }

  /** @throws BsmountError `changed` unless the source still has the bytes that were read */
  async #compareAgain(before: PartMd5s, signal: AbortSignal): Promise<void> {
    if (!areSame(await this.#readMd5s(signal), before)) throw this.#source.changed();
  }

  /** The MD5s of the source's parts as they are now, by their numbers. */
  async #readMd5s(signal: AbortSignal): Promise<PartMd5s> {
    const md5s = new Map<number, string>();
    const parts = uploadParts(this.#source.sizeBytes, this.#partBytes);
    await inParallel(parts, { limit: 1, signal }, async (part, inner) => {
      const bytes = part.end - part.start;
      await withMemory(this.#parts.options, { bytes, signal: inner }, async () => {
        const md5 = await this.#source.use(part, async (now) => await this.#parts.uploads.md5(now));
        md5s.set(part.number, md5);
      });
    });
    return md5s;
  }

  /** Sends a part, unless BaseSpace has it with the same MD5, which is answered. */
  async #send({ fileId, part, had }: PartToSend, signal: AbortSignal): Promise<string> {
    return await this.#source.use(part, async (bytes) => {
      const md5 = await this.#parts.uploads.md5(bytes);
      if (had !== md5) {
        const numbered = { fileId, number: part.number };
        await this.#parts.uploads.part(numbered, { bytes, md5 }, { ...this.#call, signal });
      }
      return md5;
    });
  }

  async #openJournal(
    { id: fileId, dateCreated }: FileEntry,
    goesOn: boolean,
  ): Promise<UploadJournal | undefined> {
    const { journal } = this.#parts.options;
    const { sizeBytes, mtimeMs } = this.#source;
    if (journal === undefined || mtimeMs === undefined) return undefined;
    if (goesOn) return await UploadJournal.goOn(journal);
    const created = dateCreated.toISOString();
    const own = { place: this.#place, partBytes: this.#partBytes };
    const name = { fileId, ...own, sizeBytes, mtimeMs, created };
    return await UploadJournal.begin(journal, name);
  }

  /** What an earlier upload of the same file to the same place left. */
  async #left(signal: AbortSignal): Promise<UploadLeft | undefined> {
    const { journal } = this.#parts.options;
    const left = journal === undefined ? undefined : await readUploadJournal(journal);
    if (left === undefined) return undefined;
    const { name } = left;
    const { sizeBytes, mtimeMs } = this.#source;
    const isSame =
      name.place === this.#place &&
      name.sizeBytes === sizeBytes &&
      name.mtimeMs === mtimeMs &&
      name.partBytes === this.#partBytes;
    if (isSame) return left;
    if (name.place === this.#place) await this.#abortLeft(name, signal);
    return undefined;
  }

  /** Gives an upload up of which nothing is of use any more, but not what has its Id now. */
  async #abortLeft(name: UploadName, signal: AbortSignal): Promise<void> {
    const left = await this.#lookUp(name, signal);
    if (left?.uploadStatus === "pending") await abort(this.#parts.uploads, left.id, signal);
  }

  get #place(): string {
    const { apiServer, place } = this.#parts;
    return `${apiServer}${filesPathOf(place)}/${place.path}`;
  }

  get #call(): Pick<CallOptions, "timeoutMs" | "totalMs"> {
    const { timeoutMs, totalMs } = this.#parts.options;
    return {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(totalMs === undefined ? {} : { totalMs }),
    };
  }

  async #forget(): Promise<void> {
    const { journal } = this.#parts.options;
    if (journal !== undefined) await removeUploadJournal(journal);
  }
}

interface PartToSend {
  readonly fileId: FileId;
  readonly part: UploadPart;
  /** The MD5 of what BaseSpace has of it. */
  readonly had: string | undefined;
}

/** Runs `upload`; what fails is given up in BaseSpace, unless a journal lets it go on later. */
export async function givingUp<Value>(
  { uploads, options }: UploadParts,
  fileId: FileId,
  upload: () => Promise<Value>,
): Promise<Value> {
  try {
    return await upload();
  } catch (error) {
    const isKept = options.journal !== undefined && isPassing(error);
    if (!isKept) {
      // The caller's signal may be what ended it.
      await abort(uploads, fileId, AbortSignal.timeout(ABORT_TIMEOUT_MS));
      if (options.journal !== undefined) await removeUploadJournal(options.journal);
    }
    throw error;
  }
}

/** The session has ended, says 409: nothing will change that. */
function isPassing(error: unknown): boolean {
  const hasEnded = error instanceof ApiError && error.status === 409;
  return PASSING.has(reasonOf(error)) && !hasEnded;
}

/** The upload has failed already, or is of no use: that it cannot be given up changes nothing. */
async function abort(uploads: Uploads, fileId: FileId, signal: AbortSignal): Promise<void> {
  await uploads.abort(fileId, { signal }).catch(() => {});
}
