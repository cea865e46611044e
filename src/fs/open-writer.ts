import type { Answer } from "../core/answer.ts";
import type { AppResultId } from "../core/ids.ts";
import type { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";
import { type ResultFile, shownPathOf } from "../write/result-file.ts";

import type { Ino, OthersWrite } from "./file-system.ts";
import type { OpenFile, OpenForWriting } from "./handle-table.ts";

/** An empty file, such as `touch` makes, is nothing yet: it may be a lock, or be written in a moment. */
const EMPTY_DELAY_MS = 5000;

/** A file that was made here, open for writing. */
export class LocalWriter implements OpenFile, OpenForWriting, ResultFile {
  readonly ino: Ino;
  readonly writing: OpenForWriting = this;
  readonly #local: LocalFiles;
  readonly #file: LocalFile;
  /** What comes after a flush that found nobody else is from somebody who cannot be seen. */
  #hasUnseen = false;

  constructor(ino: Ino, local: LocalFiles, file: LocalFile) {
    this.ino = ino;
    this.#local = local;
    this.#file = file;
    file.openWriters += 1;
    local.opened(file);
    local.writers.add(this);
  }

  get appResultId(): AppResultId {
    return this.#file.appResultId;
  }

  get resultPath(): string {
    return this.#file.resultPath;
  }

  get path(): string {
    return this.#file.path;
  }

  get shownPath(): string {
    return shownPathOf(this);
  }

  get isShared(): boolean {
    return this.#file.openWriters > 1;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.#file.draft.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    await this.#file.draft.write(offset, bytes);
    this.#file.uploadFailure = undefined;
    return bytes.length;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#file.draft.truncate(sizeBytes);
    this.#file.uploadFailure = undefined;
  }

  /** Every close of every descriptor comes here: only the last one that writes finishes the file. */
  flush(othersWrite: OthersWrite, signal: AbortSignal): Answer<void> {
    const { draft, isHeld, isRemoved } = this.#file;
    if (isRemoved) return undefined;
    if (draft.failedChange !== undefined) throw draft.failedChange;
    if (isHeld || !draft.isUnfinished || draft.sizeBytes === 0) return undefined;
    if (this.#hasUnseen) return this.sync();
    return this.#finishUnless(othersWrite, signal);
  }

  async sync(): Promise<void> {
    await this.#file.draft.sync();
  }

  /** What came after the last flush, as from a mapping, is finished now, and nobody can be told of it. */
  close(): void {
    const file = this.#file;
    file.openHandles -= 1;
    file.openWriters -= 1;
    this.#local.writers.remove(this);
    if (file.openWriters > 0) return;
    file.draft.released();
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
    this.#hasUnseen = true;
  }
}
