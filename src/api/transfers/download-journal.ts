import { type FileHandle, rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ByteRange } from "../../core/byte-range.ts";
import { openOwn, readOwn } from "./local-place.ts";

/*
 * Which parts of a file are in its `.partial`, beside it in `.partial.parts`: a line that says what is
 * downloaded, then one for each part with its checksum. After a crash a part counts only when the bytes
 * that are there have that checksum, so nothing has to be synced on the way.
 */

/** What is downloaded: a partial of anything else is of no use. */
export interface DownloadName {
  readonly fileId: string;
  readonly sizeBytes: number;
  /** Of the object store, without quotes. */
  readonly etag: string | undefined;
  readonly partBytes: number;
}

export interface JournalContent {
  readonly name: DownloadName;
  /** Checksums by the number of the part, from 0. */
  readonly parts: ReadonlyMap<number, number>;
}

export class DownloadJournal implements AsyncDisposable {
  readonly #file: FileHandle;
  /** Where the next line goes: parts end at the same time. */
  #at: number;

  private constructor(file: FileHandle, at: number) {
    this.#file = file;
    this.#at = at;
  }

  /** Begins a journal anew, or goes on with the one that is there. */
  static async open(path: string, name: DownloadName, isNew: boolean): Promise<DownloadJournal> {
    const file = await openOwn(path, isNew);
    const journal = new DownloadJournal(file, (await file.stat()).size);
    await journal.#append(name);
    return journal;
  }

  async add(part: number, checksum: number): Promise<void> {
    await this.#append({ part, crc32: checksum });
  }

  /** The line before may be torn, so each begins with a line end of its own. */
  async #append(line: object): Promise<void> {
    const text = Buffer.from(`\n${JSON.stringify(line)}`);
    const at = this.#at;
    this.#at += text.length;
    await this.#file.write(text, 0, text.length, at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** What an earlier download of this user's left; undefined when there is nothing that makes sense. */
export async function readJournal(path: string): Promise<JournalContent | undefined> {
  const text = await readOwn(path);
  let name: DownloadName | undefined;
  const parts = new Map<number, number>();
  for (const line of text.split("\n")) {
    const fields = parseLine(line);
    if (typeof fields?.["fileId"] === "string") {
      name = fields as unknown as DownloadName;
    } else if (typeof fields?.["part"] === "number") {
      parts.set(fields["part"], Number(fields["crc32"]));
    }
  }
  return name === undefined ? undefined : { name, parts };
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Whether the bytes of `range` in `file` have the checksum. */
export async function hasChecksum(
  file: FileHandle,
  range: ByteRange,
  checksum: number,
): Promise<boolean> {
  const bytes = Buffer.allocUnsafe(range.end - range.start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, range.start);
  return bytesRead === bytes.length && crc32(bytes) === checksum;
}

/** The last line may be torn. */
function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
