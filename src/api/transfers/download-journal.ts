import { type FileHandle, rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ByteRange } from "../../core/byte-range.ts";
import { openOwn, readOwn } from "./local-place.ts";
import { parseJournal, type PartsJournal } from "./parts-journal.ts";

/*
 * The journal of a download, `.partial.parts`, beside the `.partial` file. After a crash a part counts only when
 * its bytes have the checksum in the journal, so that nothing has to be synced while the download runs.
 */

/** Which download a journal describes. */
export interface DownloadName {
  readonly fileId: string;
  readonly sizeBytes: number;
  /** The ETag of the object store, without quotes. */
  readonly etag: string | undefined;
  readonly partBytes: number;
}

/** The CRC-32 of the parts that are in the partial file, by their numbers from 0. */
export type DownloadRecord = PartsJournal<DownloadName, number>;

export class DownloadJournal implements AsyncDisposable {
  readonly #file: FileHandle;
  /** The offset of the next line: several parts may end at the same time. */
  #at: number;

  private constructor(file: FileHandle, at: number) {
    this.#file = file;
    this.#at = at;
  }

  /** Opens the journal at `path`, emptied first when `isNew`. */
  static async open(path: string, name: DownloadName, isNew: boolean): Promise<DownloadJournal> {
    const file = await openOwn(path, isNew);
    const journal = new DownloadJournal(file, (await file.stat()).size);
    await journal.#append(name);
    return journal;
  }

  async add(part: number, checksum: number): Promise<void> {
    await this.#append({ part, crc32: checksum });
  }

  /** Each line begins with a line end, as the line before may be incomplete. */
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

/** The journal of an earlier download by this user; undefined when there is none. */
export async function readJournal(path: string): Promise<DownloadRecord | undefined> {
  return parseJournal(await readOwn(path), (line) => Number(line["crc32"]));
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
