import type { FileHandle } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";
import { type ResultEvent, lineOf } from "./result-events.ts";

/** A longer log is an error: one of this size has some 400 000 files, and more when it is compacted. */
export const MAX_LOG_BYTES = 64 * 1024 * 1024;

/** What was read of a file of a log. */
export interface LogContent {
  readonly inode: bigint;
  /** Where reading began: 0, or where it ended before. */
  readonly from: number;
  /** Where reading continues: the end of the last whole line, or the beginning of the seal. */
  readonly end: number;
  readonly events: readonly ResultEvent[];
  /** Which file the log is continued in; undefined when it is not sealed. */
  readonly seal: string | undefined;
  /** The length that it had when it was compacted; undefined when that was not read, or there was no such time. */
  readonly compactedBytes: number | undefined;
  /** The text that was in force when it was read. */
  readonly text: Buffer;
}

/**
 * Reads a file of a log from where it was read before. Another file is read from its beginning.
 * @param path for messages
 */
export async function readLog(
  file: FileHandle,
  path: string,
  known: { readonly inode: bigint | undefined; readonly from: number },
): Promise<LogContent> {
  const info = await file.stat({ bigint: true });
  if (!info.isFile()) throw notAFileError(path);
  const size = Number(info.size);
  // A seal, and lines behind it, come after as much as a log may have.
  if (size > 2 * MAX_LOG_BYTES) throw tooLongError(path);
  const from = known.inode === info.ino && size >= known.from ? known.from : 0;
  const bytes = await bytesFrom(file, from, size - from);
  return { inode: info.ino, from, ...linesIn(bytes, from) };
}

async function bytesFrom(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

const LINE_FEED = 10;

function linesIn(
  bytes: Buffer,
  from: number,
): Pick<LogContent, "compactedBytes" | "end" | "events" | "seal" | "text"> {
  const events: ResultEvent[] = [];
  let compactedBytes: number | undefined;
  let at = 0;
  let seal: string | undefined;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end === -1) break;
    const line = lineOf(bytes.toString("utf8", at, end));
    if (line.seal !== undefined) {
      seal = line.seal;
      break;
    }
    compactedBytes ??= line.compactedBytes;
    for (const event of line.events ?? []) events.push(event);
    at = end + 1;
  }
  return { events, seal, compactedBytes, end: from + at, text: bytes.subarray(0, at) };
}

function notAFileError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is not a file`, { remedy: "remove it" });
}

export function tooLongError(path: string): BsmountError {
  return new BsmountError("environment", `${path} is longer than ${MAX_LOG_BYTES} bytes`, {
    remedy: "make a new app result; or remove that file, and removed files are shown again",
  });
}
