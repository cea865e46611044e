import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { thisMachine } from "../linux/machine.ts";
import { thisProcess } from "../linux/process-identity.ts";
import { localDisk } from "./local-disk.ts";
import type { ResultFile } from "./result-file.ts";

/*
 * What is known of the files in one staging folder, on disk beside them: one JSON object a line, one line for
 * each thing that happens to a file. A mount that was killed leaves it behind, so that the next one can say
 * which bytes are there and where they belong.
 *
 * A line is in the kernel's hands before the call that caused it returns. That survives every end of the
 * process; a power cut can take the last lines.
 */

export const JOURNAL_NAME = "journal";

/** Whose uploads these are: the first line of a journal. */
export interface JournalOwner {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly userId: string;
}

/**
 * - `begun`: what is written to it is not in BaseSpace
 * - `renamed`: it has another path
 * - `finished`: BaseSpace has all of it; its bytes are kept here for reading only
 * - `changed`: it was finished, and is written again
 * - `failed`: it is not in BaseSpace, and why
 */
export type JournalEvent =
  | ({ readonly event: "begun" } & ResultFile)
  | { readonly event: "renamed"; readonly path: string }
  | { readonly event: "finished" | "changed" }
  | { readonly event: "failed"; readonly why: string };

export type JournalLine = JournalEvent & { readonly file: string };

interface LiveFile extends ResultFile {
  isFinished: boolean;
  why?: string;
}

interface Waiting {
  readonly file: string;
  readonly text: string;
}

/** A journal is written anew when it has so many lines that say nothing any more. */
const MAX_DEAD_LINES = 4096;

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** The journal of a folder of this process. Lines that wait are written together. */
export class Journal implements AsyncDisposable {
  readonly #folder: string;
  readonly #owner: JournalOwner;
  readonly #live = new Map<string, LiveFile>();
  #file: FileHandle;
  #lines = 1;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** A write broke off, so that the last line may lack its end. */
  #isTorn = false;

  private constructor(folder: string, owner: JournalOwner, file: FileHandle) {
    this.#folder = folder;
    this.#owner = owner;
    this.#file = file;
  }

  /** @throws BsmountError `no-space`, `environment` */
  static async create(folder: string, owner: JournalOwner): Promise<Journal> {
    const path = join(folder, JOURNAL_NAME);
    const file = await openNew(path);
    try {
      await localDisk({ what: "write to", path }, async () => {
        await writeAll(file, ownerLine(owner));
      });
      return new Journal(folder, owner, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Returns when the line is written. @throws BsmountError `no-space`, `environment` */
  async record(line: JournalLine): Promise<void> {
    this.note(line);
    await this.#written();
  }

  /** Writes the line soon. One that cannot be written goes before the next one. */
  note(line: JournalLine): void {
    this.#apply(line);
    this.#waiting.push({ file: line.file, text: JSON.stringify(line) });
    this.#written().catch(() => {});
  }

  /** The staging file is gone. That shows by itself, so there is no line for it. */
  forget(file: string): void {
    this.#live.delete(file);
    this.#waiting = this.#waiting.filter((line) => line.file !== file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#written().catch(() => {});
    await this.#file.close();
  }

  /** Returns when every line that waits now is written. */
  async #written(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    if (this.#waiting.length === 0) return;
    this.#writing = this.#writeWaiting().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    const lines = this.#waiting;
    const text = `${this.#isTorn ? "\n" : ""}${lines.map(({ text }) => text).join("\n")}\n`;
    this.#waiting = [];
    try {
      await localDisk({ what: "write to", path: join(this.#folder, JOURNAL_NAME) }, async () => {
        await writeAll(this.#file, text);
      });
      this.#isTorn = false;
      this.#lines += lines.length;
    } catch (error) {
      this.#isTorn = true;
      this.#waiting = [...lines, ...this.#waiting];
      throw error;
    }
    if (this.#lines > 4 * this.#live.size + MAX_DEAD_LINES) await this.#tryToCompact();
  }

  async #tryToCompact(): Promise<void> {
    try {
      await this.#compact();
    } catch {
      // The long one is as good; it is tried again after as many lines.
      this.#lines = 0;
    }
  }

  /** Only what is still true goes into a new journal, which takes the old one's place at once. */
  async #compact(): Promise<void> {
    const draft = join(this.#folder, `${JOURNAL_NAME}.new`);
    await rm(draft, { force: true });
    const lines = [...this.#live].flatMap(([file, live]) => linesOf(file, live));
    const file = await openNew(draft);
    try {
      await writeAll(file, `${[ownerLine(this.#owner).trimEnd(), ...lines].join("\n")}\n`);
      await rename(draft, join(this.#folder, JOURNAL_NAME));
    } catch (error) {
      await file.close();
      await rm(draft, { force: true });
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    this.#lines = lines.length + 1;
    await old.close();
  }

  #apply(line: JournalLine): void {
    if (line.event === "begun") {
      const { appResultId, resultPath, path } = line;
      this.#live.set(line.file, { appResultId, resultPath, path, isFinished: false });
      return;
    }
    const live = this.#live.get(line.file);
    if (live === undefined) return;
    if (line.event === "renamed") Object.assign(live, { path: line.path });
    else if (line.event === "failed") live.why = line.why;
    else live.isFinished = line.event === "finished";
    // Whatever failed before was made good.
    if (line.event === "finished") delete live.why;
  }
}

function linesOf(file: string, { isFinished, why, ...place }: LiveFile): readonly string[] {
  const lines: JournalLine[] = [{ file, event: "begun", ...place }];
  if (isFinished) lines.push({ file, event: "finished" });
  if (why !== undefined) lines.push({ file, event: "failed", why });
  return lines.map((line) => JSON.stringify(line));
}

function ownerLine({ apiServer, userId }: JournalOwner): string {
  const { pid, startTicks } = thisProcess();
  const first = { format: 1, apiServer, userId, pid, startTicks, machine: thisMachine() };
  return `${JSON.stringify(first)}\n`;
}

async function openNew(path: string): Promise<FileHandle> {
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW;
  return await localDisk({ what: "create", path }, async () => await open(path, flags, 0o600));
}

async function writeAll(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text, "utf8");
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done)).bytesWritten;
  }
}
