import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import type { FileId } from "../../core/ids.ts";

/** What an upload is of: a journal of anything else is of no use. */
export interface UploadName {
  readonly fileId: FileId;
  /** Where it goes, the server included, as one text. */
  readonly place: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly partBytes: number;
  /** When BaseSpace says that the file was begun, in ISO 8601. */
  readonly created: string;
}

export interface UploadLeft {
  readonly name: UploadName;
  /** MD5s by the number of the part, from 1. */
  readonly parts: ReadonlyMap<number, string>;
}

/**
 * Which parts of an upload BaseSpace has, in a file of mode 0600: a line that says what is uploaded, then
 * one for each part. It holds no secret.
 */
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

  static async goOn(path: string): Promise<UploadJournal> {
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

/** What an earlier upload left; undefined when there is nothing that makes sense. */
export async function readUploadJournal(path: string): Promise<UploadLeft | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  let name: UploadName | undefined;
  const parts = new Map<number, string>();
  for (const line of text.split("\n")) {
    const fields = parseLine(line);
    if (typeof fields?.["fileId"] === "string") name = fields as unknown as UploadName;
    else if (typeof fields?.["part"] === "number") parts.set(fields["part"], String(fields["md5"]));
  }
  return name === undefined ? undefined : { name, parts };
}

export async function removeUploadJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The last line may be torn. */
function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
