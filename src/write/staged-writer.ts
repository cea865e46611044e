import type { MaybePromise } from "../core/maybe-promise.ts";
import type { AppResultId } from "../core/ids.ts";
import type { Finishing } from "./finishing.ts";
import type { FileWriter, AskWriters, WriterState } from "./file-writer.ts";
import type { OpenWriters } from "./open-writers.ts";
import { type ResultFile, shownPathOf } from "./result-file.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";

/** An empty file, such as `touch` makes, may be a lock, or be written in a moment. */
const EMPTY_DELAY_MS = 5000;

export interface WriterParts {
  readonly registry: StagedRegistry;
  readonly writers: OpenWriters;
  readonly finishing: Finishing;
}

/** A staged file that is open for writing. */
export class StagedWriter implements FileWriter, ResultFile {
  readonly file: StagedFile;
  readonly #parts: WriterParts;
  readonly #opened: Disposable;
  /** A flush found no other writer. If another flush follows, a writer exists that `askWriters` cannot see. */
  #hasUnseen = false;

  /** A signal ended the process that closed it last: its end may be missing. */
  #wasKilled = false;

  constructor(file: StagedFile, parts: WriterParts) {
    this.file = file;
    this.#parts = parts;
    this.#opened = parts.registry.acquire(file, "write");
    parts.writers.add(this);
  }

  get appResultId(): AppResultId {
    return this.file.appResultId;
  }

  get resultPath(): string {
    return this.file.resultPath;
  }

  get path(): string {
    return this.file.path;
  }

  get shownPath(): string {
    return shownPathOf(this);
  }

  get isShared(): boolean {
    return this.file.writers > 1;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await this.file.content.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    await this.file.content.write(offset, bytes);
    return bytes.length;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.file.content.truncate(sizeBytes);
  }

  /** Called at each close of each descriptor: only the last one that writes finishes the file. */
  flush(askWriters: AskWriters, signal: AbortSignal): MaybePromise<void> {
    const { content, awaitsRename, isRemoved } = this.file;
    if (isRemoved) return undefined;
    if (content.failedChange !== undefined) throw content.failedChange;
    if (!content.isUnfinished) return undefined;
    const isToFinish = !awaitsRename && content.sizeBytes > 0;
    if (!isToFinish) this.#noteKill(askWriters);
    if (this.file.writeMode !== "through") return this.#closeDurably(isToFinish, askWriters);
    if (!isToFinish) return this.#keepClosed(askWriters);
    if (this.#hasUnseen) return this.sync();
    return this.#finishUnless(askWriters, signal);
  }

  async sync(): Promise<void> {
    await this.file.content.sync();
  }

  /** What was written after the last flush, as through a mapping, is finished now; a failure can only be logged. */
  close(): void {
    const { file } = this;
    const { finishing, writers } = this.#parts;
    this.#opened[Symbol.dispose]();
    writers.remove(this);
    const { content, awaitsRename, isOpenForWriting, isRemoved } = file;
    if (isOpenForWriting || isRemoved || content.failedChange !== undefined) return;
    if (this.#wasKilled) return this.#interrupt();
    finishing.closed(file);
    if (awaitsRename || content.failure !== undefined) return;
    if (content.isUnfinished && content.sizeBytes === 0) {
      finishing.finishLater(file, EMPTY_DELAY_MS);
    } else {
      finishing.finishInBackground(file);
    }
  }

  /** Returns whether the content is closed now: no other writer has it open, and none was killed. */
  async #closeUnless(askWriters: AskWriters): Promise<boolean> {
    const writers = await this.#writersOf(askWriters);
    if (writers === "open") return false;
    this.#wasKilled = writers === "killed";
    if (this.#wasKilled) this.#interrupt();
    else await this.file.close();
    return !this.#wasKilled;
  }

  /** Who has changed the content while writers were searched for came too late to be found, and closes it later. */
  async #writersOf(askWriters: AskWriters): Promise<WriterState> {
    const { content } = this.file;
    const { version } = content;
    const writers = await askWriters();
    return writers === "closed" && content.version !== version ? "open" : writers;
  }

  /**
   * Under a temporary name, and of an empty file, where the last close decides; in the same turn, so that a rename finds
   * the file as it is. An empty temporary file, such as a lock, has nothing that its name does not say.
   */
  #noteKill(askWriters: AskWriters): void {
    const { awaitsRename, content } = this.file;
    const isLock = awaitsRename && content.sizeBytes === 0;
    this.#wasKilled = !isLock && askWriters.isBeingKilled?.() === true;
  }

  async #keepClosed(askWriters: AskWriters): Promise<void> {
    await this.file.content.stage();
    await this.#noteClose(askWriters);
  }

  /**
   * A file that is not to be finished yet was closed, which the journal says before the close returns: the mount may be
   * killed before the kernel reports the last close.
   */
  async #noteClose(askWriters: AskWriters): Promise<void> {
    // Who has an empty file open would have to be searched for among all processes.
    if (this.#wasKilled || this.file.sizeBytes === 0) return;
    if ((await this.#writersOf(askWriters)) !== "closed") return;
    await this.file.close();
    if (this.file.writeMode !== "through") await this.sync();
  }

  /** Each handle of a killed writer does this. */
  #interrupt(): void {
    const { content } = this.file;
    if (!content.isInterrupted) this.#parts.finishing.interrupt(this.file, "its writer was killed");
  }

  /** In the modes in which a close does not wait for BaseSpace, what it accepts has to survive a power cut. */
  async #closeDurably(isToFinish: boolean, askWriters: AskWriters): Promise<void> {
    const { file } = this;
    await this.sync();
    if (!isToFinish) return await this.#noteClose(askWriters);
    if (this.#hasUnseen || !(await this.#closeUnless(askWriters))) return;
    // The journal's line that it was closed.
    await this.sync();
    if (file.awaitsCommit) return;
    this.#parts.finishing.finishInBackground(file);
    this.#hasUnseen = true;
  }

  async #finishUnless(askWriters: AskWriters, signal: AbortSignal): Promise<void> {
    // What this close accepts must survive the mount, although another program goes on writing.
    const { content } = this.file;
    if (!(await this.#closeUnless(askWriters)) || !content.isClosed) return await content.stage();
    await this.#parts.finishing.finish(this.file, signal);
    this.#hasUnseen = true;
  }
}
