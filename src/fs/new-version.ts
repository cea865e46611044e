import type { FileItem } from "../catalog/catalog.ts";
import type { Answer } from "../core/answer.ts";
import type { AppResultId } from "../core/ids.ts";
import type { Draft } from "../write/draft.ts";
import type { LocalFile } from "../write/local-file.ts";
import { FirstFailure } from "../write/first-failure.ts";
import { type ResultFile, shownPathOf } from "../write/result-file.ts";
import type { LocalFiles } from "../write/local-files.ts";

import type { Ino, OthersWrite } from "./file-system.ts";
import type { OpenFile, OpenForWriting } from "./handle-table.ts";
import { LocalWriter } from "./open-writer.ts";

/*
 * A file of BaseSpace that was opened for writing. Nothing happens until somebody writes: then its content
 * is copied into staging, to become a new version of it.
 */

const COPY_BYTES = 1024 * 1024;

/** The content of the file as it was opened. */
type Content = Pick<OpenFile, "read" | "close">;

export interface NewVersionOptions {
  readonly item: FileItem;
  /** Where the new version belongs. */
  readonly place: ResultFile;
  readonly local: LocalFiles;
  /** Told when nobody has the file open for writing any more. */
  readonly onUnused: () => void;
}

/** The new version of one file, for all who have it open for writing. */
export class NewVersion {
  readonly local: LocalFiles;
  readonly sizeBytes: number;
  /** Of the changes before it was begun. */
  readonly failure: FirstFailure = new FirstFailure();
  readonly #options: NewVersionOptions;
  readonly #writers = new Set<LateWriter>();
  #beginning: Promise<void> | undefined;
  #file: LocalFile | undefined;

  constructor(options: NewVersionOptions) {
    this.#options = options;
    this.local = options.local;
    this.sizeBytes = options.item.sizeBytes;
  }

  get appResultId(): AppResultId {
    return this.#options.place.appResultId;
  }

  get resultPath(): string {
    return this.#options.place.resultPath;
  }

  /** Where it is now. */
  get path(): string {
    return this.#file?.path ?? this.#options.place.path;
  }

  /** False when it has left the place of `item` meanwhile: then that can have another new version. */
  isOf({ path }: FileItem): boolean {
    const file = this.#file;
    return file === undefined || (!file.isRemoved && file.path === path);
  }

  /** `writer` writes to the new version as soon as there is one. */
  join(writer: LateWriter): void {
    this.#writers.add(writer);
    if (this.#file !== undefined) writer.goesOnIn(this.#file);
  }

  leave(writer: LateWriter): void {
    this.#writers.delete(writer);
    if (this.#writers.size === 0) this.#options.onUnused();
  }

  /** Makes it, once, with the first `sizeBytes` of `content`. */
  async begun(sizeBytes: number, content: Content | undefined, signal: AbortSignal): Promise<void> {
    this.#beginning ??= this.#begin(sizeBytes, content, signal).catch((error: unknown) => {
      this.#beginning = undefined;
      throw error;
    });
    await this.#beginning;
  }

  async #begin(
    sizeBytes: number,
    content: Content | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { place, local } = this.#options;
    const fill = async (draft: Draft): Promise<void> => {
      if (content !== undefined) await copy(content, draft, sizeBytes, signal);
    };
    const file = await local.createFilled(place, fill, signal);
    this.#file = file;
    for (const writer of this.#writers) writer.goesOnIn(file);
  }
}

export interface LateWriterOptions {
  readonly ino: Ino;
  readonly newVersion: NewVersion;
  /** What is read until somebody writes; absent when it is emptied first. */
  readonly before: Content | undefined;
}

export class LateWriter implements OpenFile, OpenForWriting, ResultFile {
  readonly ino: Ino;
  readonly writing: OpenForWriting = this;
  readonly #newVersion: NewVersion;
  readonly #before: Content | undefined;
  #writer: LocalWriter | undefined;

  constructor({ ino, newVersion, before }: LateWriterOptions) {
    this.ino = ino;
    this.#newVersion = newVersion;
    this.#before = before;
    newVersion.join(this);
    newVersion.local.writers.add(this);
  }

  get appResultId(): AppResultId {
    return this.#newVersion.appResultId;
  }

  get resultPath(): string {
    return this.#newVersion.resultPath;
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

  goesOnIn(file: LocalFile): void {
    this.#writer ??= new LocalWriter(this.ino, this.#newVersion.local, file);
  }

  read(offset: number, into: Uint8Array, signal: AbortSignal): Answer<number> {
    return (this.#writer ?? this.#before)?.read(offset, into, signal) ?? 0;
  }

  async write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<number> {
    const { local, path, sizeBytes } = this.#newVersion;
    const writer = await this.#change(async () => {
      local.checkFits(path, offset + bytes.length);
      return await this.#begun(sizeBytes, signal);
    });
    return await writer.write(offset, bytes);
  }

  async truncate(sizeBytes: number, signal: AbortSignal): Promise<void> {
    const { failure, local, path, ...before } = this.#newVersion;
    if (sizeBytes === 0) failure.clear();
    failure.check();
    if (this.#writer === undefined && sizeBytes === before.sizeBytes) return;
    local.checkFits(path, sizeBytes);
    const writer = await this.#change(
      async () => await this.#begun(Math.min(sizeBytes, before.sizeBytes), signal),
    );
    await writer.truncate(sizeBytes);
  }

  flush(othersWrite: OthersWrite, signal: AbortSignal): Answer<void> {
    this.#newVersion.failure.check();
    return this.#writer?.flush(othersWrite, signal);
  }

  sync(): Answer<void> {
    this.#newVersion.failure.check();
    return this.#writer?.sync();
  }

  close(): void {
    this.#newVersion.local.writers.remove(this);
    this.#newVersion.leave(this);
    this.#before?.close();
    this.#writer?.close();
  }

  /** A change that fails before there is a new version is as much a gap in it as one that fails afterwards. */
  async #change(work: () => Promise<LocalWriter>): Promise<LocalWriter> {
    return this.#writer ?? (await this.#newVersion.failure.guard(work));
  }

  async #begun(sizeBytes: number, signal: AbortSignal): Promise<LocalWriter> {
    if (this.#writer === undefined) await this.#newVersion.begun(sizeBytes, this.#before, signal);
    if (this.#writer === undefined) throw new Error("a new version was begun without its writers");
    return this.#writer;
  }
}

async function copy(
  from: Content,
  draft: Draft,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = 0; at < sizeBytes;) {
    const count = await from.read(at, buffer.subarray(0, sizeBytes - at), signal);
    if (count === 0) return;
    await draft.write(at, buffer.subarray(0, count));
    at += count;
  }
}
