import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { thisMachine } from "../linux/machine.ts";
import { thisProcess } from "../linux/process-identity.ts";
import { localDisk } from "./local-disk.ts";
import type { ResultFile } from "./result-file.ts";

/*
 * The journal of one staging folder, on disk beside its files: a JSON object on each line, and a line for each
 * event of a file. A mount that was killed leaves it behind, so that the next one can say which bytes are there and
 * where they belong.
 *
 * A line is written before the call that caused it returns. So it survives every end of the process; a power
 * cut can lose the last lines.
 */

export const JOURNAL_NAME = "journal";

/** The server and user that the uploads belong to: the first line of a journal. */
export interface JournalOwner {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly userId: string;
}

/**
 * - `begun`: the file was created, and BaseSpace does not have what is written to it
 * - `renamed`: it has another path
 * - `finished`: BaseSpace has all of it; its bytes are kept here for reading only
 * - `changed`: it was finished, and is going to be written again
 * - `failed`: a change or an upload of it failed, and why
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

interface PendingLine {
  readonly file: string;
  readonly text: string;
}

/** A journal is rewritten when it has this many lines more than four for each file. */
const MAX_DEAD_LINES = 4096;

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** The journal of a folder of this process. Lines that come while one is being written are written together. */
export class Journal implements AsyncDisposable {
  readonly #folder: string;
  readonly #owner: JournalOwner;
  readonly #live = new Map<string, LiveFile>();
  #file: FileHandle;
  #lines = 1;
  #pending: PendingLine[] = [];
  #writing: Promise<void> | undefined;
  /** A write failed, so that the last line may lack its end. */
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

  /** Writes the line soon. A line that cannot be written is written before the next one. */
  note(line: JournalLine): void {
    this.#apply(line);
    this.#pending.push({ file: line.file, text: JSON.stringify(line) });
    this.#written().catch(() => {});
  }

  /** The staging file was deleted. The folder shows that, so there is no line for it. */
  forget(file: string): void {
    this.#live.delete(file);
    this.#pending = this.#pending.filter((line) => line.file !== file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#written().catch(() => {});
    await this.#file.close();
  }

  /** Returns when every line that is pending now is written. */
  async #written(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    if (this.#pending.length === 0) return;
    this.#writing = this.#writePending().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #writePending(): Promise<void> {
    const lines = this.#pending;
    const text = `${this.#isTorn ? "\n" : ""}${lines.map(({ text }) => text).join("\n")}\n`;
    this.#pending = [];
    try {
      await localDisk({ what: "write to", path: join(this.#folder, JOURNAL_NAME) }, async () => {
        await writeAll(this.#file, text);
      });
      this.#isTorn = false;
      this.#lines += lines.length;
    } catch (error) {
      this.#isTorn = true;
      this.#pending = [...lines, ...this.#pending];
      throw error;
    }
    if (this.#lines > 4 * this.#live.size + MAX_DEAD_LINES) await this.#tryToCompact();
  }

  async #tryToCompact(): Promise<void> {
    try {
      await this.#compact();
    } catch {
      // The long journal is as good; compacting is tried again after as many lines.
      this.#lines = 0;
    }
  }

  /** Writes only what is still true to a new journal, which replaces the old one atomically. */
  async #compact(): Promise<void> {
    const compacted = join(this.#folder, `${JOURNAL_NAME}.new`);
    await rm(compacted, { force: true });
    const lines = [...this.#live].flatMap(([file, live]) => linesOf(file, live));
    const file = await openNew(compacted);
    try {
      await writeAll(file, `${[ownerLine(this.#owner).trimEnd(), ...lines].join("\n")}\n`);
      await rename(compacted, join(this.#folder, JOURNAL_NAME));
    } catch (error) {
      await file.close();
      await rm(compacted, { force: true });
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
    // An earlier failure no longer matters.
    if (line.event === "finished") delete live.why;
  }
}

function linesOf(file: string, { isFinished, why, ...resultFile }: LiveFile): readonly string[] {
  const lines: JournalLine[] = [{ file, event: "begun", ...resultFile }];
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
