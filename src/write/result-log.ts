import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { neverAborted } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import { KeyedQueue } from "../core/keyed-queue.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { checkedLine } from "./journal-text.ts";
import { localDisk } from "./local-disk.ts";
import { draftPath, type LogDraft, makeDraft, writeDurably } from "./log-drafts.ts";
import { syncFolder } from "../core/sync-folder.ts";
import { compacted, type ResultEvent, sealLine } from "./result-events.ts";
import { type LogContent, MAX_LOG_BYTES, readLog, tooLongError } from "./read-result-log.ts";

/*
 * What this machine remembers of one app result, beside its files: which files of BaseSpace are not shown under their
 * names, and when files that are written to it are finished. All processes of a user append to the same file. A line is
 * one write(2), which the kernel does not mix with that of another process; it begins with a line feed, so that a line
 * that a full disk cut short does not damage the next one.
 *
 * A log that has become long is continued in a new file, which says what is still true in fewer bytes. Nobody locks
 * anything, and a process may be killed at any moment:
 *
 * 1. A process appends a line that seals the log, and names the next file. Of several such lines the first one counts. As
 *    all lines of a file have an order, everybody knows which ones came before the seal: they are in force. A process
 *    that finds its own line behind the seal appends it again, to the next file.
 * 2. The next file is written under another name, flushed to the disk, and gets its name by link(2), which fails when it
 *    is there already. So it has its whole content from the first moment, and a slow process never replaces a newer
 *    file by an older one. If the process that wrote the seal has been killed, the next one that wants to append does
 *    this.
 * 3. Then the sealed file is replaced by one that has the seal alone. It stays there: from the first file of a log, the
 *    seals lead to the last one. Readers that had the file open still have all of it.
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
    const next = read.seal === undefined ? undefined : this.#nextPath(read.seal);
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

  #nextPath(seal: string): string {
    return `${this.#path}.${seal}`;
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
    if (bytesWritten < bytes.length) throw fullError(this.#path);
    if (!(await this.#checkFirst())) return false;
    const read = await this.#readToSeal(file);
    if (read.seal !== undefined && !read.text.includes(bytes)) {
      await this.#moveOn(file, read.seal);
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
      await this.#compact(file);
      this.#failedBytes = 0;
    } catch {
      // The long log is as good; it is tried again when that has doubled.
      this.#failedBytes = sizeBytes;
    }
  }

  /** @throws BsmountError `environment` when the log is as short as it can be */
  async #makeRoom(file: FileHandle, size: number): Promise<boolean> {
    const read = await this.#readToSeal(file);
    if (read.seal !== undefined) await this.#moveOn(file, read.seal);
    else if (size > WORTH * this.#compactedBytes) await this.#compact(file);
    else throw tooLongError(this.#path);
    return false;
  }

  /** Seals `file`, the current one, and continues the log in another. */
  async #compact(file: FileHandle): Promise<void> {
    // Before the seal, after which nothing can be appended where the disk has no room for another file.
    const draft = await makeDraft(this.#path, await this.#whole(file));
    try {
      const seal = Buffer.from(sealLine(randomBytes(8).toString("hex")), "utf8");
      const { bytesWritten } = await file.write(seal);
      if (bytesWritten < seal.length) throw fullError(this.#path);
      await this.#continue(file, draft);
    } finally {
      await rm(draft.path, { force: true });
    }
  }

  /** Goes to the file that continues `file`, which is sealed, and makes it if nobody has. */
  async #moveOn(file: FileHandle, seal: string): Promise<void> {
    const next = this.#nextPath(seal);
    if (await isThere(next)) {
      this.#enter(next);
      return;
    }
    const draft = await makeDraft(this.#path, await this.#whole(file));
    try {
      await this.#continue(file, draft);
    } finally {
      await rm(draft.path, { force: true });
    }
  }

  /** @param draft of what was in `file` before */
  async #continue(file: FileHandle, draft: LogDraft): Promise<void> {
    const whole = await this.#whole(file);
    if (whole.seal === undefined) throw new Error(`${this.#current} is not sealed`);
    // Other processes may have appended before the seal.
    if (whole.events.length !== draft.count)
      await writeDurably(draft.path, compacted(whole.events));
    const next = this.#nextPath(whole.seal);
    await link(draft.path, next).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    await syncFolder(dirname(next));
    // The next file has everything: this only gives space back.
    await this.#leaveSeal(whole).catch(() => {});
    this.#enter(next);
  }

  async #leaveSeal({ seal = "", inode }: LogContent): Promise<void> {
    const path = draftPath(this.#path);
    try {
      await writeDurably(path, sealLine(seal));
      const { ino } = await lstat(this.#current, { bigint: true });
      if (ino === inode) await rename(path, this.#current);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #whole(file: FileHandle): Promise<LogContent> {
    return await readLog(file, this.#path, { inode: undefined, from: 0 });
  }
}

/** A log is compacted when it becomes shorter by a fifth or more. */
const WORTH = 1.25;

async function isThere(path: string): Promise<boolean> {
  return (await unlessMissing(async () => await lstat(path))) !== undefined;
}

function fullError(path: string): BsmountError {
  return new BsmountError("no-space", `the disk is full: cannot write to ${path}`, {
    remedy: "free space there, or mount with --state-dir on another disk",
  });
}

function endlessError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is continued in too many files`, {
    remedy: "remove that file, and removed files are shown again",
  });
}
