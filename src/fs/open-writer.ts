import type { Answer } from "../core/answer.ts";
import type { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";
import type { Ino, OthersWrite } from "./file-system.ts";
import type { OpenFile, OpenForWriting } from "./handle-table.ts";

/** An empty file, such as `touch` makes, is nothing yet: it may be a lock, or be written in a moment. */
const EMPTY_DELAY_MS = 5000;

export interface OpenWriterOptions {
  readonly ino: Ino;
  readonly local: LocalFiles;
  /** The file to write, made when the first byte comes. */
  readonly begin: (signal: AbortSignal) => Promise<LocalFile>;
  /** What is read until then. */
  readonly before: Pick<OpenFile, "read" | "close">;
}

/**
 * A file of BaseSpace that was opened for writing. Nothing happens until somebody writes: then its content
 * is copied into staging, to become a new version of it.
 */
export class LateWriter implements OpenFile, OpenForWriting {
  readonly ino: Ino;
  readonly writing: OpenForWriting = this;
  readonly #options: OpenWriterOptions;
  #writer: LocalWriter | undefined;
  #beginning: Promise<LocalWriter> | undefined;

  constructor(options: OpenWriterOptions) {
    this.ino = options.ino;
    this.#options = options;
  }

  read(offset: number, into: Uint8Array, signal: AbortSignal): Answer<number> {
    const file = this.#writer ?? this.#options.before;
    return file.read(offset, into, signal);
  }

  async write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<number> {
    return await (await this.#begun(signal)).write(offset, bytes);
  }

  async truncate(sizeBytes: number, signal: AbortSignal): Promise<void> {
    await (await this.#begun(signal)).truncate(sizeBytes);
  }

  flush(othersWrite: OthersWrite, signal: AbortSignal): Answer<void> {
    return this.#writer?.flush(othersWrite, signal);
  }

  sync(): Answer<void> {
    return this.#writer?.sync();
  }

  close(): void {
    this.#options.before.close();
    this.#writer?.close();
  }

  async #begun(signal: AbortSignal): Promise<LocalWriter> {
    this.#beginning ??= this.#begin(signal).catch((error: unknown) => {
      this.#beginning = undefined;
      throw error;
    });
    return await this.#beginning;
  }

  async #begin(signal: AbortSignal): Promise<LocalWriter> {
    const { ino, local, begin } = this.#options;
    this.#writer = new LocalWriter(ino, local, await begin(signal));
    return this.#writer;
  }
}

/** A file that was made here, open for writing. */
export class LocalWriter implements OpenFile, OpenForWriting {
  readonly ino: Ino;
  readonly writing: OpenForWriting = this;
  readonly #local: LocalFiles;
  readonly #file: LocalFile;

  constructor(ino: Ino, local: LocalFiles, file: LocalFile) {
    this.ino = ino;
    this.#local = local;
    this.#file = file;
    local.opened(file);
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.#file.draft.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    this.#file.failure = undefined;
    await this.#file.draft.write(offset, bytes);
    return bytes.length;
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.#file.failure = undefined;
    await this.#file.draft.truncate(sizeBytes);
  }

  /** Every close of every descriptor comes here: only the last one that writes finishes the file. */
  flush(othersWrite: OthersWrite, signal: AbortSignal): Answer<void> {
    const { draft, isHeld, isRemoved } = this.#file;
    if (isHeld || isRemoved || !draft.isUnfinished || draft.sizeBytes === 0) return undefined;
    return this.#finishUnless(othersWrite, signal);
  }

  async sync(): Promise<void> {
    await this.#file.draft.sync();
  }

  /** What came after the last flush, as from a mapping, is finished now, and nobody can be told of it. */
  close(): void {
    const file = this.#file;
    file.openHandles -= 1;
    if (file.openHandles > 0) return;
    if (file.isHeld || file.isRemoved || file.failure !== undefined) return;
    if (file.draft.isUnfinished && file.sizeBytes === 0) {
      this.#local.finishLater(file, EMPTY_DELAY_MS);
    } else {
      this.#local.finishInBackground(file);
    }
  }

  async #finishUnless(othersWrite: OthersWrite, signal: AbortSignal): Promise<void> {
    if (await othersWrite()) return;
    await this.#local.finish(this.#file, signal);
  }
}
