import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { neverAborted } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import { KeyedQueue } from "../core/keyed-queue.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import {
  compactLog,
  continueLog,
  fullLogError,
  isThere,
  nextPath,
  type OpenLog,
} from "./continue-log.ts";
import { checkedLine } from "./journal-text.ts";
import { localDisk } from "./local-disk.ts";
import type { ResultEvent } from "./result-events.ts";
import { type LogContent, MAX_LOG_BYTES, readLog, tooLongError } from "./read-result-log.ts";

/*
 * What this machine remembers of one app result, beside its files: which files of BaseSpace are not shown under their
 * names, and when files that are written to it are finished. All processes of a user append to the same file. A line is
 * one write(2), which the kernel does not mix with that of another process; it begins with a line feed, so that a line
 * that a full disk cut short does not damage the next one.
 *
 * A log that has become long is continued in a new file, see `continue-log.ts`: from the first file, the seals lead to
 * the last one.
 */

export interface ResultLogOptions {
  /** A log of this length is compacted; one that was compacted already, at twice the length it had then. @default 4 MiB */
  readonly compactBytes?: number;
}

const COMPACT_BYTES = 4 * 1024 * 1024;

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;

const NOTHING_READ = { inode: undefined, from: 0 };

/** Files that are followed in one call. */
const MAX_FILES = 10_000;

/** The log of one app result. Its folder exists before something is appended. */
export class ResultLog {
  /** Its first file. */
  readonly #path: string;
  readonly #compactBytes: number;
  /** Two calls at a time would take the same lines for news. */
  readonly #calls = new KeyedQueue();
  /** The file that it is continued in, as far as it is known. */
  #current: string;
  /** What was read of that so far: whole lines of one file. */
  #readBytes = 0;
  #inode: bigint | undefined;
  /** That of the first file, from where the current one was found. */
  #firstInode: bigint | undefined;
  /** How much of a file is known to have no seal. */
  #unsealed: { readonly inode: bigint | undefined; readonly from: number } = NOTHING_READ;
  /** The next news are all events from the beginning. */
  #isAnew = false;
  /** The length of the file when it was compacted. */
  #compactedBytes = 0;
  /** The length of the file when it could not be compacted. */
  #failedBytes = 0;

  constructor(path: string, { compactBytes = COMPACT_BYTES }: ResultLogOptions = {}) {
    this.#path = path;
    this.#compactBytes = compactBytes;
    this.#current = path;
  }

  /**
   * The events that were appended since the last call, by any process. `isAnew` says that they are all events from the
   * beginning: what was said before holds only if they say it too.
   * @throws BsmountError `environment`, `no-descriptors`
   */
  async news(): Promise<{ readonly isAnew: boolean; readonly events: readonly ResultEvent[] }> {
    return await this.#onDisk("read", async () => {
      for (let files = 0; files < MAX_FILES; files += 1) {
        const events = await this.#readOn();
        if (events === undefined) continue;
        const isAnew = this.#isAnew;
        this.#isAnew = false;
        return { isAnew, events };
      }
      throw endlessError(this.#path);
    });
  }

  /** Returns when the events survive the end of the process. @throws BsmountError `no-space`, `environment` */
  async append(events: readonly ResultEvent[]): Promise<void> {
    if (events.length === 0) return;
    const bytes = Buffer.from(events.map((event) => `\n${checkedLine(event)}`).join(""), "utf8");
    await this.#onDisk("write to", async () => {
      for (let files = 0; files < MAX_FILES; files += 1) if (await this.#appendHere(bytes)) return;
      throw endlessError(this.#path);
    });
  }

  async #onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
    const call = { what, path: this.#path };
    return await this.#calls.run("", neverAborted, async () => await localDisk(call, work));
  }

  /** Undefined when the log is continued in another file, which is the current one then. */
  async #readOn(): Promise<readonly ResultEvent[] | undefined> {
    await this.#checkFirst();
    const read = await unlessMissing(async () => {
      await using file = await open(this.#current, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      return await this.#read(file, { inode: this.#inode, from: this.#readBytes });
    });
    if (read === undefined) return this.#isMissing() ? [] : undefined;
    if (this.#current === this.#path) this.#firstInode = read.inode;
    const next = read.seal === undefined ? undefined : nextPath(this.#path, read.seal);
    if (next !== undefined && (await isThere(next))) {
      this.#enter(next);
      return undefined;
    }
    // One that is sealed and not continued yet has all there is.
    return this.#eventsOf(read);
  }

  #eventsOf({ inode, from, end, events, seal }: LogContent): readonly ResultEvent[] {
    const isOther = inode !== this.#inode || from < this.#readBytes;
    if (this.#inode !== undefined && isOther) this.#isAnew = true;
    this.#inode = inode;
    this.#readBytes = end;
    if (seal === undefined) this.#unsealed = { inode, from: end };
    return events;
  }

  /** The first file may have been removed, and all that were found from there with it. Returns whether it is the same. */
  async #checkFirst(): Promise<boolean> {
    if (this.#current === this.#path) return true;
    const info = await unlessMissing(async () => await lstat(this.#path, { bigint: true }));
    if (info?.ino === this.#firstInode && info !== undefined) return true;
    this.#enter(this.#path);
    return false;
  }

  async #read(
    file: FileHandle,
    known: { readonly inode: bigint | undefined; readonly from: number },
  ): Promise<LogContent> {
    const read = await readLog(file, this.#path, known);
    this.#compactedBytes = read.compactedBytes ?? (read.from === 0 ? 0 : this.#compactedBytes);
    return read;
  }

  /** Somebody has removed the current file. Returns false when there may be another one. */
  #isMissing(): boolean {
    const wasFirst = this.#current === this.#path;
    if (this.#inode !== undefined || !wasFirst) this.#enter(this.#path);
    return wasFirst;
  }

  /** From now on the file at `path` is the current one, and is read from its beginning. */
  #enter(path: string): void {
    this.#isAnew = true;
    this.#readBytes = 0;
    this.#inode = undefined;
    this.#unsealed = NOTHING_READ;
    this.#current = path;
  }

  #open(file: FileHandle): OpenLog {
    return { firstPath: this.#path, path: this.#current, file };
  }

  /** Returns false when the current file was another one, or was sealed before: then `bytes` are not in force. */
  async #appendHere(bytes: Buffer): Promise<boolean> {
    await using file = await this.#openToAppend();
    if (file === undefined) {
      this.#isMissing();
      return false;
    }
    const { size } = await file.stat();
    if (size + bytes.length > MAX_LOG_BYTES) return await this.#makeRoom(file, size);
    const { bytesWritten } = await file.write(bytes);
    // The rest would stand behind lines of other processes.
    if (bytesWritten < bytes.length) throw fullLogError(this.#path);
    if (!(await this.#checkFirst())) return false;
    const read = await this.#readToSeal(file);
    if (read.seal !== undefined && !read.text.includes(bytes)) {
      this.#enter(await continueLog(this.#open(file), read.seal));
      return false;
    }
    if (read.seal === undefined) await this.#compactIfLong(file, size + bytes.length);
    return true;
  }

  /** Undefined when somebody has removed the current file, unless it is the first one, which is created. */
  async #openToAppend(): Promise<FileHandle | undefined> {
    const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
    const path = this.#current;
    if (path === this.#path) return await open(path, flags | O_CREAT, 0o600);
    return await unlessMissing(async () => await open(path, flags));
  }

  /** Reads what may have a seal. */
  async #readToSeal(file: FileHandle): Promise<LogContent> {
    const read = await this.#read(file, this.#unsealed);
    if (this.#current === this.#path) this.#firstInode = read.inode;
    if (read.seal === undefined) this.#unsealed = { inode: read.inode, from: read.end };
    return read;
  }

  async #compactIfLong(file: FileHandle, sizeBytes: number): Promise<void> {
    const least = Math.max(this.#compactBytes, 2 * this.#compactedBytes, 2 * this.#failedBytes);
    if (sizeBytes <= least) return;
    try {
      this.#enter(await compactLog(this.#open(file)));
      this.#failedBytes = 0;
    } catch {
      // The long log is as good; it is tried again when that has doubled.
      this.#failedBytes = sizeBytes;
    }
  }

  /** @throws BsmountError `environment` when the log is as short as it can be */
  async #makeRoom(file: FileHandle, size: number): Promise<boolean> {
    const read = await this.#readToSeal(file);
    const log = this.#open(file);
    if (read.seal !== undefined) this.#enter(await continueLog(log, read.seal));
    else if (size > WORTH * this.#compactedBytes) this.#enter(await compactLog(log));
    else throw tooLongError(this.#path);
    return false;
  }
}

/** A log is compacted when it becomes shorter by a fifth or more. */
const WORTH = 1.25;

function endlessError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is continued in too many files`, {
    remedy: "remove that file, and removed files are shown again",
  });
}
