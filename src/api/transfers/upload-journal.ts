import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import type { FileId } from "../../core/ids.ts";
import { parseJournal, type PartsJournal } from "./parts-journal.ts";

/** Which upload a journal describes. */
export interface UploadName {
  readonly fileId: FileId;
  /** The destination, including the server, as one text; the name of the field is that of the file. */
  readonly place: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly partBytes: number;
  /** When BaseSpace created the pending file, in ISO 8601. */
  readonly created: string;
}

/** The MD5s of the parts that BaseSpace has, by their numbers from 1. */
export type UploadRecord = PartsJournal<UploadName, string>;

/** The journal of an upload, in a file of mode 0600. It contains no secret. */
export class UploadJournal implements AsyncDisposable {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async begin(path: string, name: UploadName): Promise<UploadJournal> {
    const journal = new UploadJournal(await open(path, "w", 0o600));
    await journal.#file.appendFile(`${JSON.stringify(name)}\n`);
    return journal;
  }

  static async resume(path: string): Promise<UploadJournal> {
    const journal = new UploadJournal(await open(path, "a", 0o600));
    await journal.#file.appendFile("\n");
    return journal;
  }

  async add(part: number, md5: string): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify({ part, md5 })}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** The journal of an earlier upload; undefined when there is none. */
export async function readUploadJournal(path: string): Promise<UploadRecord | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return parseJournal(text, ({ md5 }) => String(md5));
}

export async function removeUploadJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}
