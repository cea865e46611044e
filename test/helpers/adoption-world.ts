import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { ShownThen } from "../../src/write/earlier-upload.ts";
import { journalLine } from "../../src/write/journal-text.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { KnownFile } from "../../src/write/known-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { type AdoptableFile, Staging } from "../../src/write/staging.ts";
import type { StagedFilesWorld } from "./staged-files-world.ts";
import { content, type FilesOptions, OWNER, PART } from "./upload-world.ts";

/*
 * What a mount adopts that was left by one that was killed. A copy of the staging folder, taken at any moment, is what the
 * next mount would find had the process been killed then.
 */

/** A mount that comes after one that was killed. */
export class NextMount implements AsyncDisposable {
  readonly path: string;
  readonly staging: Staging;
  readonly files: StagedFiles;

  private constructor(path: string, here: StagedFilesWorld, options: FilesOptions) {
    this.path = path;
    this.staging = new Staging(path, { owner: OWNER, memoryBytes: 0 });
    this.files = here.world.files({ staging: this.staging, ...options });
  }

  /** It finds in `path` what is in the folder `from` now. */
  static async after(
    from: string,
    path: string,
    { here, ...options }: FilesOptions & { readonly here: StagedFilesWorld },
  ): Promise<NextMount> {
    await copyStaging(from, path);
    return new NextMount(path, here, options);
  }

  /** What it adopts, by path. */
  async adopt(shown: ShownThen = {}): Promise<Readonly<Record<string, StagedFile>>> {
    return await adoptAll(this.staging, this.files, shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files[Symbol.asyncDispose]();
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The mount after that of `here`, which is taken to be killed at any moment. */
export interface AdoptionWorld {
  /** The staging folder of the next mount. */
  readonly taken: string;
  readonly next: StagedFiles;
  readonly staging: Staging;
  /** The next mount finds the staging folder as it is now. */
  readonly kill: () => Promise<void>;
  /** What the next mount adopts, by path. */
  readonly adopt: (shown?: ShownThen) => Promise<Readonly<Record<string, StagedFile>>>;
  /** Changes the lines of the journal that the next mount finds. */
  readonly editJournal: (edit: EditLines) => Promise<void>;
  /** A file whose first three of five parts are in BaseSpace, and whose fourth never gets there. */
  readonly halfSent: (path?: string) => Promise<StagedFile>;
  /** The number of parts that were sent. */
  readonly parts: () => number;
}

export type EditLines = (lines: readonly string[]) => readonly string[];

export function useAdoption(here: StagedFilesWorld): AdoptionWorld {
  let taken = "";
  let staging: Staging;
  let next: StagedFiles;
  beforeEach(async () => {
    taken = `${here.world.stagingPath}-taken`;
    staging = new Staging(taken, { owner: OWNER, memoryBytes: 0 });
    next = here.world.files({ staging });
  });
  afterEach(async () => {
    await next[Symbol.asyncDispose]();
    await rm(taken, { recursive: true, force: true });
  });
  return {
    get taken() {
      return taken;
    },
    get next() {
      return next;
    },
    get staging() {
      return staging;
    },
    kill: async () => await copyStaging(here.world.stagingPath, taken),
    adopt: async (shown = {}) => await adoptAll(staging, next, shown),
    editJournal: async (edit) => await editJournalIn(taken, edit),
    halfSent: async (path = "f") => {
      here.world.emulator.addFaults("PUT /files/*/parts/4 status=500");
      const file = await here.written(path, content(4 * PART + 9));
      await expect(closeFile(here.files, file)).rejects.toThrow();
      here.world.emulator.clearFaults();
      return file;
    },
    parts: () => here.world.sent("PUT", /\/parts\/\d+$/),
  };
}

/** As a program that closes the file. */
export async function closeFile(files: StagedFiles, file: StagedFile): Promise<void> {
  const writer = files.openForWriting(file);
  try {
    await writer.flush(async () => "closed", new AbortController().signal);
  } finally {
    writer.close();
  }
}

export const unexpected = (path: string, error: unknown): never => {
  throw new Error(path, { cause: error });
};

export function withoutEvent(event: string): EditLines {
  return (lines) => renumbered(lines.filter((line) => !line.includes(`"event":"${event}"`)));
}

/** With another header. */
export function withHeader(lines: readonly string[], changed: object): readonly string[] {
  return [journalLine(0, { ...headerOf(lines), ...changed }).trimEnd(), ...lines.slice(1)];
}

/** As if the machine had been restarted since. */
export function afterRestart(lines: readonly string[]): readonly string[] {
  const machine = { ...(headerOf(lines)["machine"] as object), boot: "before" };
  return withHeader(lines, { machine });
}

/** As if the lines that are left had been the only ones. */
export function renumbered(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => {
    const { n: _n, ...record } = JSON.parse(line.slice(9)) as Record<string, unknown>;
    return journalLine(at, record).trimEnd();
  });
}

/** Changes the text of the only journal below `parent`. */
export async function editJournalIn(parent: string, edit: EditLines): Promise<void> {
  const [folder = ""] = readdirSync(parent).filter((name) => /^mount-[0-9a-f]+$/.test(name));
  const path = join(parent, folder, "journal");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  await writeFile(path, `${edit(lines).join("\n")}\n`);
}

/** Copies a staging folder without its locks: a killed process has none. */
async function copyStaging(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  const filter = (path: string): boolean => !path.includes(".lock");
  await cp(from, to, { recursive: true, filter });
}

async function adoptAll(
  staging: Staging,
  files: StagedFiles,
  shown: ShownThen,
): Promise<Readonly<Record<string, StagedFile>>> {
  const adopted: Record<string, StagedFile> = {};
  for (const left of (await staging.adopt(unexpected)).filter(isKnown)) {
    if (left.known?.state === "finished") continue;
    const file = await files.adopt(left.known as KnownFile, left, shown);
    adopted[file.path] = file;
  }
  return adopted;
}

function isKnown({ known }: AdoptableFile): boolean {
  return known?.resultFile !== undefined;
}

function headerOf([first = ""]: readonly string[]): Record<string, unknown> {
  return JSON.parse(first.slice(9)) as Record<string, unknown>;
}
