import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { constants } from "node:fs";
import { join } from "node:path";
import { thisMachine } from "../linux/machine.ts";
import { thisProcess } from "../linux/process-identity.ts";
import type { JournalLine } from "./journal-events.ts";
import { applyEvent, eventsOf, type JournaledFile } from "./journaled-file.ts";
import { journalLine } from "./journal-text.ts";
import { localDisk } from "./local-disk.ts";
import { syncFolder } from "../core/sync-folder.ts";

/*
 * The journal of one staging folder, on disk beside its files. A mount that was killed leaves it behind, so that the
 * next one can continue the uploads. `journal-events.ts` has the events, `journaled-file.ts` what they make of a file, `journal-text.ts` the form of a line, and
 * `read-journal.ts` reads it.
 *
 * A line is written before the call that caused it returns. So it survives every end of the process. A power cut can lose
 * the last lines, unless `sync` has returned since.
 *
 * It is a log of its own and no embedded database: a close has to wait for one append and, where it promises to survive
 * a power cut, for one flush that all closes of the moment share. A staging folder has one writer, and the whole log is
 * read once, after a crash.
 */

export const JOURNAL_NAME = "journal";

/** A reader of another format leaves the folder as it is. */
export const JOURNAL_FORMAT = 2;

/** The server and user that the uploads belong to: the first line of a journal. */
export interface JournalOwner {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly userId: string;
}

interface PendingLine {
  readonly file: string;
  readonly text: string;
}

/**
 * A journal is rewritten when it has this many lines more than four for each file, and twice those of the last time:
 * a file that is uploaded in many parts has a line for each.
 */
const MAX_DEAD_LINES = 4096;

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** The journal of a folder of this process. Lines that come while one is being written are written together. */
export class Journal implements AsyncDisposable {
  readonly #folder: string;
  readonly #owner: JournalOwner;
  readonly #live: Map<string, JournaledFile>;
  #file: FileHandle;
  /** The number of the next line. */
  #next: number;
  /** Lines in the file, or written to it in vain. */
  #lines: number;
  /** Lines that described the files when the journal was begun, or rewritten. */
  #liveLines: number;
  #pending: PendingLine[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #nextSync: Promise<void> | undefined;
  /** A write failed, so that the last line may lack its end. */
  #isTorn = false;
  /** A power cut does not bring the journal back that this one has replaced. */
  #isPlaced: boolean;

  private constructor(opened: OpenJournal) {
    this.#folder = opened.folder;
    this.#owner = opened.owner;
    this.#live = opened.live;
    this.#file = opened.file;
    this.#next = opened.lines;
    this.#lines = opened.lines;
    this.#liveLines = opened.lines;
    this.#isPlaced = opened.isPlaced;
  }

  /** @throws BsmountError `no-space`, `environment` */
  static async create(folder: string, owner: JournalOwner): Promise<Journal> {
    const path = join(folder, JOURNAL_NAME);
    const file = await openNew(path);
    try {
      await localDisk({ what: "write to", path }, async () => {
        await writeAll(file, headerLine(owner));
      });
      return new Journal({ folder, owner, live: new Map(), file, lines: 1, isPlaced: true });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Continues the journal of a process that has ended: a new one, with this process as its owner, replaces it
   * atomically.
   * @param files - as the journal describes them
   * @throws BsmountError `no-space`, `environment`
   */
  static async adopt(
    folder: string,
    owner: JournalOwner,
    files: ReadonlyMap<string, JournaledFile>,
  ): Promise<Journal> {
    const live = new Map(files);
    return new Journal(await writeAnew({ folder, owner, live }));
  }

  /** Returns when the line is written. @throws BsmountError `no-space`, `environment` */
  async record(line: JournalLine): Promise<void> {
    this.note(line);
    await this.#written();
  }

  /** Writes the line soon. A line that cannot be written is written before the next one. */
  note(line: JournalLine): void {
    const known = this.#live.get(line.file);
    // What is said of a file after its staging file was deleted describes nothing.
    const file =
      known === undefined && line.event !== "begun" ? undefined : applyEvent(known, line);
    if (file !== undefined) this.#live.set(line.file, file);
    this.#pending.push({ file: line.file, text: journalLine(this.#next, line) });
    this.#next += 1;
    this.#written().catch(() => {});
  }

  /** A file as the lines so far describe it; undefined when there is none. */
  known(file: string): JournaledFile | undefined {
    return this.#live.get(file);
  }

  /** How many files the lines describe. */
  get size(): number {
    return this.#live.size;
  }

  /** The staging file was deleted. The folder shows that, so there is no line for it. */
  forget(file: string): void {
    this.#live.delete(file);
  }

  /**
   * Returns when every line so far survives a power cut. Callers at the same time share a flush.
   * @throws BsmountError `no-space`, `environment`
   */
  async sync(): Promise<void> {
    await this.#written();
    this.#nextSync ??= this.#syncAfter(this.#syncing);
    await this.#nextSync;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#written().catch(() => {});
    await this.#nextSync?.catch(() => {});
    await this.#syncing?.catch(() => {});
    await this.#file.close();
  }

  async #syncAfter(earlier: Promise<void> | undefined): Promise<void> {
    await earlier?.catch(() => {});
    // Who calls from now on may have written a line that this flush misses.
    this.#nextSync = undefined;
    const path = join(this.#folder, JOURNAL_NAME);
    this.#syncing = localDisk({ what: "sync", path }, async () => await this.#syncFile());
    await this.#syncing;
  }

  async #syncFile(): Promise<void> {
    const file = this.#file;
    await file.datasync();
    if (this.#isPlaced) return;
    await syncFolder(this.#folder);
    if (file === this.#file) this.#isPlaced = true;
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
    const text = `${this.#isTorn ? "\n" : ""}${lines.map(({ text }) => text).join("")}`;
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
    const mostLines = 4 * this.#live.size + 2 * this.#liveLines + MAX_DEAD_LINES;
    if (this.#lines > mostLines) await this.#tryToCompact();
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
    await this.#syncing?.catch(() => {});
    const [folder, owner, live] = [this.#folder, this.#owner, this.#live];
    const { file, lines, isPlaced } = await writeAnew({ folder, owner, live });
    const old = this.#file;
    this.#file = file;
    this.#isPlaced = isPlaced;
    this.#lines = lines;
    this.#liveLines = lines;
    // What came meanwhile is in the new journal already, and changes nothing when it comes again.
    this.#next = lines;
    this.#pending = this.#pending.map(({ file, text }) => {
      const { n: _n, ...record } = JSON.parse(text.slice(9)) as Record<string, unknown>;
      const line = { file, text: journalLine(this.#next, record) };
      this.#next += 1;
      return line;
    });
    await old.close();
  }
}

interface JournalContent {
  readonly folder: string;
  readonly owner: JournalOwner;
  readonly live: Map<string, JournaledFile>;
}

interface OpenJournal extends JournalContent {
  readonly file: FileHandle;
  /** With the header. */
  readonly lines: number;
  /** A power cut does not bring the journal back that it has replaced. */
  readonly isPlaced: boolean;
}

/** Writes a new journal in place of the one that is there. */
async function writeAnew(content: JournalContent): Promise<OpenJournal> {
  const { folder, owner, live } = content;
  const path = join(folder, `${JOURNAL_NAME}.new`);
  const lines = [...live].flatMap(([file, known]) =>
    eventsOf(known).map((event) => ({ file, ...event })),
  );
  const text = [headerLine(owner), ...lines.map((line, at) => journalLine(at + 1, line))].join("");
  return await localDisk({ what: "write to", path }, async () => {
    await rm(path, { force: true });
    const file = await openNew(path);
    try {
      await writeAll(file, text);
      await file.datasync();
      await rename(path, join(folder, JOURNAL_NAME));
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    // The old journal has no name any more, so nothing may be written to it, even if the disk refuses this.
    const isPlaced = await syncFolder(folder).then(
      () => true,
      () => false,
    );
    return { ...content, file, lines: lines.length + 1, isPlaced };
  });
}

function headerLine({ apiServer, userId }: JournalOwner): string {
  const { pid, startTicks } = thisProcess();
  const machine = thisMachine();
  return journalLine(0, { format: JOURNAL_FORMAT, apiServer, userId, pid, startTicks, machine });
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
