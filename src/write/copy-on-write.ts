import type { MaybePromise } from "../core/maybe-promise.ts";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import type { FileReader, FileWriter, AskWriters } from "./file-writer.ts";
import { FirstFailure } from "./first-failure.ts";
import type { HiddenFile } from "./result-events.ts";
import { type NewResultFile, type ResultFile, shownPathOf } from "./result-file.ts";
import type { StagedContent } from "./staged-content.ts";
import type { StagedFile } from "./staged-file.ts";
import { StagedWriter, type WriterParts } from "./staged-writer.ts";

/*
 * A file of BaseSpace that was opened for writing. Nothing happens until somebody writes: then its content is copied
 * into staging, to become a new version of the file.
 */

const COPY_BYTES = 1024 * 1024;

/** The file of BaseSpace. */
export interface OldVersion extends NewResultFile {
  readonly id: FileId;
  /** As this session has it, which wrote it; its bytes are not staged any more. */
  readonly evicted?: StagedFile | undefined;
  readonly sizeBytes: number;
}

export interface NewVersionParts extends WriterParts {
  /** Makes a staged file and lists it when `fill` has written what it begins with. */
  readonly createFilled: (
    file: OldVersion,
    fill: (content: StagedContent) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<StagedFile>;
  /** @throws BsmountError `too-big` when no file can have `sizeBytes` */
  readonly checkFits: (path: string, sizeBytes: number) => void;
}

interface NewVersionOptions {
  readonly old: OldVersion;
  readonly parts: NewVersionParts;
  /** Called when nobody has the file open for writing any more. */
  readonly onUnused: () => void;
}

/** The new version of one file, shared by all writers that have the file open. */
class NewVersion {
  readonly parts: NewVersionParts;
  readonly old: OldVersion;
  /** Of the changes before the new version was begun. */
  readonly failure: FirstFailure = new FirstFailure();
  readonly #onUnused: () => void;
  readonly #writers = new Set<CopyOnWriter>();
  #beginning: Promise<void> | undefined;
  #file: StagedFile | undefined;
  /** Before it is begun. */
  #path: string;

  constructor({ old, parts, onUnused }: NewVersionOptions) {
    this.old = old;
    this.#path = old.path;
    this.parts = parts;
    this.#onUnused = onUnused;
  }

  /** Where it is now. */
  get path(): string {
    return this.#file?.path ?? this.#path;
  }

  /** The old version was removed while it is open: what is written has its other name. */
  moved(path: string): void {
    this.#path = path;
  }

  /** False once it was renamed or removed: then the file at `path` can have another new version. */
  isAt(path: string): boolean {
    return this.#file?.isRemoved !== true && this.path === path;
  }

  /** `writer` writes to the new version as soon as there is one. */
  join(writer: CopyOnWriter): void {
    this.#writers.add(writer);
    if (this.#file !== undefined) writer.writeTo(this.#file);
  }

  leave(writer: CopyOnWriter): void {
    this.#writers.delete(writer);
    if (this.#writers.size === 0) this.#onUnused();
  }

  /** Makes the staged file, once, with the first `sizeBytes` of `content`. */
  async begun(
    sizeBytes: number,
    content: FileReader | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#beginning ??= this.#begin(sizeBytes, content, signal).catch((error: unknown) => {
      this.#beginning = undefined;
      throw error;
    });
    await this.#beginning;
  }

  async #begin(
    sizeBytes: number,
    content: FileReader | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const fill = async (into: StagedContent): Promise<void> => {
      if (content !== undefined) await copy(content, into, sizeBytes, signal);
    };
    const file = await this.parts.createFilled({ ...this.old, path: this.#path }, fill, signal);
    this.#file = file;
    for (const writer of this.#writers) writer.writeTo(file);
  }
}

/** A file of BaseSpace that is open for writing: reads its content until the first change, then the new version. */
class CopyOnWriter implements FileWriter, ResultFile {
  readonly #newVersion: NewVersion;
  readonly #before: FileReader | undefined;
  #writer: StagedWriter | undefined;

  /** @param before the content as it was opened; absent when the file is emptied first */
  constructor(newVersion: NewVersion, before: FileReader | undefined) {
    this.#newVersion = newVersion;
    this.#before = before;
    newVersion.join(this);
    newVersion.parts.writers.add(this);
  }

  get appResultId(): AppResultId {
    return this.#newVersion.old.appResultId;
  }

  get resultPath(): string {
    return this.#newVersion.old.resultPath;
  }

  get path(): string {
    return this.#newVersion.path;
  }

  get shownPath(): string {
    return shownPathOf(this);
  }

  get isShared(): boolean {
    return this.#writer?.isShared ?? false;
  }

  /** From now on it reads and writes `file`, the new version. */
  writeTo(file: StagedFile): void {
    this.#writer ??= new StagedWriter(file, this.#newVersion.parts);
  }

  read(offset: number, into: Uint8Array, signal: AbortSignal): MaybePromise<number> {
    if (this.#writer !== undefined) return this.#writer.read(offset, into);
    return this.#before?.read(offset, into, signal) ?? 0;
  }

  async write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<number> {
    const { old, parts, path } = this.#newVersion;
    const writer = await this.#change(async () => {
      parts.checkFits(path, offset + bytes.length);
      return await this.#begun(old.sizeBytes, signal);
    });
    return await writer.write(offset, bytes);
  }

  async truncate(sizeBytes: number, signal: AbortSignal): Promise<void> {
    const { failure, old, parts, path } = this.#newVersion;
    if (sizeBytes === 0) failure.clear();
    failure.check();
    if (this.#writer === undefined && sizeBytes === old.sizeBytes) return;
    parts.checkFits(path, sizeBytes);
    const writer = await this.#change(
      async () => await this.#begun(Math.min(sizeBytes, old.sizeBytes), signal),
    );
    await writer.truncate(sizeBytes);
  }

  flush(askWriters: AskWriters, signal: AbortSignal): MaybePromise<void> {
    this.#newVersion.failure.check();
    return this.#writer?.flush(askWriters, signal);
  }

  sync(): MaybePromise<void> {
    this.#newVersion.failure.check();
    return this.#writer?.sync();
  }

  close(): void {
    this.#newVersion.parts.writers.remove(this);
    this.#newVersion.leave(this);
    this.#before?.close();
    this.#writer?.close();
  }

  /** A change that fails before there is a new version is as much a gap in it as one that fails afterwards. */
  async #change(begin: () => Promise<StagedWriter>): Promise<StagedWriter> {
    return this.#writer ?? (await this.#newVersion.failure.guard(begin));
  }

  async #begun(sizeBytes: number, signal: AbortSignal): Promise<StagedWriter> {
    if (this.#writer === undefined) await this.#newVersion.begun(sizeBytes, this.#before, signal);
    if (this.#writer === undefined) throw new Error("a new version was begun without its writers");
    return this.#writer;
  }
}

/** Files of BaseSpace that are open for writing. */
export class NewVersions {
  readonly #parts: NewVersionParts;
  readonly #newVersions = new Map<string, NewVersion>();

  constructor(parts: NewVersionParts) {
    this.#parts = parts;
  }

  /**
   * Opens `old` for writing. All writers that opened it by the same name write the same new version. A new version
   * leaves the old content under another name, and a writer that opens that name makes a version of its own. So `key`
   * is made of the Id of the file and the name that it was opened by.
   *
   * @param before its content; absent when the file is emptied first
   */
  open(key: string, old: OldVersion, before: FileReader | undefined): FileWriter {
    return new CopyOnWriter(this.#newVersion(key, old), before);
  }

  /** The old version with this Id has another name, as long as it is open. */
  moved({ id, path }: HiddenFile): void {
    for (const newVersion of this.#newVersions.values()) {
      if (newVersion.old.id === id) newVersion.moved(path);
    }
  }

  #newVersion(key: string, old: OldVersion): NewVersion {
    const known = this.#newVersions.get(key);
    if (known?.isAt(old.path) === true) return known;
    const newVersion = new NewVersion({
      old,
      parts: this.#parts,
      onUnused: () => {
        if (this.#newVersions.get(key) === newVersion) this.#newVersions.delete(key);
      },
    });
    this.#newVersions.set(key, newVersion);
    return newVersion;
  }
}

async function copy(
  from: FileReader,
  to: StagedContent,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = 0; at < sizeBytes;) {
    const count = await from.read(at, buffer.subarray(0, sizeBytes - at), signal);
    if (count === 0) throw shortError(at, sizeBytes);
    await to.write(at, buffer.subarray(0, count));
    at += count;
  }
}

/** What is missing would be missing in the new version, or be zeros. */
function shortError(atBytes: number, sizeBytes: number): BsmountError {
  const problem = `BaseSpace returned ${atBytes} bytes of a file that has ${sizeBytes}`;
  return new BsmountError("unavailable", problem, { remedy: "open the file again" });
}
