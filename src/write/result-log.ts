import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { isWriteMode, type WriteMode } from "../core/write-mode.ts";
import { checkedLine, recordIn } from "./journal-text.ts";
import { localDisk } from "./local-disk.ts";

/*
 * What this machine remembers of one app result, beside its files: which files of BaseSpace are not shown under their
 * names, and when files that are written to it are finished. All processes of a user append to the same file. A line is
 * one write(2), which the kernel does not mix with that of another process; it begins with a line feed, so that a line
 * that a full disk cut short does not damage the next one.
 */

/** A file of BaseSpace, and the name that it is not shown under. */
export interface HiddenFile {
  readonly id: FileId;
  /** In the app result. */
  readonly path: string;
}

export type ResultEvent =
  /** `resultPath`: the app result as the mount showed it; `at`: when, ISO 8601. */
  | ({ readonly event: "hidden"; readonly resultPath: string; readonly at: string } & HiddenFile)
  | ({ readonly event: "restored" } & HiddenFile)
  /** Without a mode, that of the mount applies. */
  | { readonly event: "write-mode"; readonly mode?: WriteMode };

/** A longer log is an error: one of this size has some 400 000 files. */
const MAX_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;

/** The log of one app result. Its folder exists before something is appended. */
export class ResultLog {
  readonly #path: string;
  /** What was read so far: whole lines of one file. */
  #readBytes = 0;
  #inode: bigint | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The events that were appended since the last call, by any process. `isAnew` says that the file is another one than
   * before, or that there is none any more: then what the earlier events said does not hold.
   * @throws BsmountError `environment`, `no-descriptors`
   */
  async news(): Promise<{ readonly isAnew: boolean; readonly events: readonly ResultEvent[] }> {
    return await localDisk({ what: "read", path: this.#path }, async () => {
      const isKnown = this.#inode !== undefined;
      const read = await unlessMissing(async () => await this.#read());
      if (read !== undefined) return read;
      this.#readBytes = 0;
      this.#inode = undefined;
      return { isAnew: isKnown, events: [] };
    });
  }

  /** Returns when the events survive the end of the process. @throws BsmountError `no-space`, `environment` */
  async append(events: readonly ResultEvent[]): Promise<void> {
    if (events.length === 0) return;
    const bytes = Buffer.from(events.map((event) => `\n${checkedLine(event)}`).join(""), "utf8");
    await localDisk({ what: "write to", path: this.#path }, async () => {
      await using file = await open(this.#path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
      const { size } = await file.stat();
      if (size + bytes.length > MAX_BYTES) throw tooLongError(this.#path);
      const { bytesWritten } = await file.write(bytes);
      // The rest would stand behind lines of other processes.
      if (bytesWritten < bytes.length) throw fullError(this.#path);
    });
  }

  async #read(): Promise<{ isAnew: boolean; events: ResultEvent[] }> {
    await using file = await open(this.#path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = await file.stat({ bigint: true });
    if (!info.isFile()) throw notAFileError(this.#path);
    const { ino, size } = info;
    const isAnew = this.#inode !== undefined && (this.#inode !== ino || size < this.#readBytes);
    if (isAnew) this.#readBytes = 0;
    this.#inode = ino;
    if (size > MAX_BYTES) throw tooLongError(this.#path);
    const events: ResultEvent[] = [];
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = Buffer.alloc(0);
    for (let at = this.#readBytes; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf("\n") + 1;
      rest = bytes.subarray(end);
      this.#readBytes += end;
      const lines = bytes.toString("utf8", 0, end).split("\n");
      events.push(...lines.map(eventIn).filter((event) => event !== undefined));
    }
    return { isAnew, events };
  }
}

/** A line that was damaged, or that another version has written, says nothing. */
function eventIn(line: string): ResultEvent | undefined {
  const record = recordIn(line);
  switch (record?.["event"]) {
    case "hidden":
      return [record["id"], record["path"], record["resultPath"], record["at"]].every(isText)
        ? (record as ResultEvent)
        : undefined;
    case "restored":
      return [record["id"], record["path"]].every(isText) ? (record as ResultEvent) : undefined;
    case "write-mode":
      return record["mode"] === undefined || isWriteMode(record["mode"])
        ? (record as ResultEvent)
        : undefined;
    default:
      return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function fullError(path: string): BsmountError {
  return new BsmountError("no-space", `the disk is full: cannot write to ${path}`, {
    remedy: "free space there, or mount with --state-dir on another disk",
  });
}

function notAFileError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is not a file`, { remedy: "remove it" });
}

function tooLongError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is longer than ${MAX_BYTES} bytes`, {
    remedy: "make a new app result; or remove that file, and removed files are shown again",
  });
}
