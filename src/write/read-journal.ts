import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../linux/machine.ts";
import { isRunning } from "../linux/process-identity.ts";
import { JOURNAL_FORMAT, JOURNAL_NAME } from "./journal.ts";
import type { JournalEvent } from "./journal-events.ts";
import { applyEvent, type JournaledFile } from "./journaled-file.ts";
import { type JournalHeader, readJournalText } from "./journal-text.ts";

export interface ReadJournal {
  readonly owner: {
    readonly pid?: number;
    readonly apiServer?: string;
    readonly userId?: string;
  };
  /** When that process started; see `linux/process-identity.ts`. */
  readonly startTicks: string | undefined;
  /** Where that process runs, or ran. */
  readonly machine: Machine | undefined;
  /** False when a record is missing, or not understood: what it said of its file is unknown. */
  readonly isWhole: boolean;
  /** Whether uploads can be continued from it: it is whole, and of the format of this version. */
  readonly canBeContinued: boolean;
  /** By the names of the staging files. */
  readonly files: ReadonlyMap<string, JournaledFile>;
}

/** Staging files are numbered from 1. */
export function isStagingName(name: string): boolean {
  return /^[1-9]\d{0,14}$/.test(name);
}

/** Whether the process that the journal names runs, if it is another one: this one's folders are locked. */
export function isOwnerRunning(journal: ReadJournal | undefined): boolean {
  const { owner, startTicks } = journal ?? {};
  if (owner?.pid === undefined || startTicks === undefined || owner.pid === process.pid)
    return false;
  return isRunning({ pid: owner.pid, startTicks });
}

/** A longer journal is not read: one of this size has some 300 000 files. */
const MAX_JOURNAL_BYTES = 64 * 1024 * 1024;

/**
 * Reads the journal of a folder of staging files. Records that make no sense are ignored. Returns undefined when it
 * cannot be read: then nothing is known, and nothing may be deleted.
 */
export async function readJournal(folder: string): Promise<ReadJournal | undefined> {
  const text = await textOf(join(folder, JOURNAL_NAME));
  if (text === undefined) return undefined;
  const { header, records, isWhole } = readJournalText(text);
  const { files, isUnderstood } = filesIn(records);
  const { format, startTicks } = header;
  return {
    owner: ownerOf(header),
    startTicks: typeof startTicks === "string" ? startTicks : undefined,
    machine: machineOf(header["machine"]),
    // Format 1 cannot tell what is missing, and a later one means what this version does not know.
    isWhole: isWhole && (isOlder(format) || (format === JOURNAL_FORMAT && isUnderstood)),
    canBeContinued: format === JOURNAL_FORMAT && isWhole && isUnderstood,
    files,
  };
}

function isOlder(format: unknown): boolean {
  return typeof format !== "number" || format < JOURNAL_FORMAT;
}

function filesIn(
  records: readonly Fields[],
): Pick<ReadJournal, "files"> & { readonly isUnderstood: boolean } {
  const files = new Map<string, JournaledFile>();
  let isUnderstood = true;
  for (const record of records) {
    const { file } = record;
    const event = eventIn(record);
    if (!isText(file) || !isStagingName(file) || event === undefined) {
      isUnderstood = false;
      continue;
    }
    const known = applyEvent(files.get(file), event);
    if (known !== undefined) files.set(file, known);
  }
  return { files, isUnderstood };
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields that each event must have; a file that others can write is not trusted to have them. */
const FIELDS: Readonly<Record<JournalEvent["event"], (record: Fields) => boolean>> = {
  begun: ({ appResultId, resultPath, path, isInMemory, shown, overtakes }) =>
    [appResultId, resultPath, path].every(isText) &&
    (isInMemory ?? true) === true &&
    isShown(shown) &&
    isInFlight(overtakes),
  renamed: ({ path, isFinal, shown, overtakes, replaces, covers }) =>
    isText(path) &&
    (isFinal === undefined || isFinal === true) &&
    isShown(shown) &&
    isInFlight(overtakes) &&
    [replaces ?? [], covers ?? []].every(areTexts),
  changed: () => true,
  covered: () => true,
  removed: () => true,
  closed: ({ sizeBytes, isSynced, awaitsCommit }) =>
    isCount(sizeBytes) && isBoolean(isSynced) && (awaitsCommit ?? true) === true,
  interrupted: ({ why }) => isText(why),
  finished: () => true,
  failed: ({ why }) => isText(why),
  "upload-begun": ({ fileId, uploadPath, steps }) =>
    isText(fileId) && isText(uploadPath) && Array.isArray(steps) && steps.every(isStep),
  "part-sent": ({ number, partBytes, md5 }) =>
    isCount(number) && isCount(partBytes) && isText(md5) && /^[0-9a-f]{32}$/.test(md5),
  "upload-dropped": () => true,
  "whole-sent": ({ md5, uploadPath }) =>
    isText(md5) && /^[0-9a-f]{32}$/.test(md5) && isText(uploadPath),
  completed: ({ fileId, uploadPath, verified }) =>
    isText(fileId) && isText(uploadPath) && areTexts(verified),
};

function eventIn(record: Fields): JournalEvent | undefined {
  const { event } = record;
  if (!isText(event) || !Object.hasOwn(FIELDS, event)) return undefined;
  return FIELDS[event as JournalEvent["event"]](record) ? (record as JournalEvent) : undefined;
}

/** The Id of a file, null for none; journals of earlier versions do not say it. */
function isShown(value: unknown): boolean {
  return value === undefined || value === null || isText(value);
}

/** Journals of earlier versions do not have it. */
function isInFlight(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  const { ids, md5s } = value as Fields;
  return areTexts(ids) && areTexts(md5s);
}

function isStep(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { parts, partBytes } = value as Fields;
  return isCount(parts) && isCount(partBytes) && parts > 0 && partBytes > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function ownerOf({ pid, apiServer, userId }: JournalHeader): ReadJournal["owner"] {
  return {
    ...(typeof pid === "number" ? { pid } : {}),
    ...(typeof apiServer === "string" ? { apiServer } : {}),
    ...(typeof userId === "string" ? { userId } : {}),
  };
}

function machineOf(value: unknown): Machine | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, id, boot, processes } = value as Record<string, unknown>;
  return { host: String(host), id: String(id), boot: String(boot), processes: String(processes) };
}

async function textOf(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = await file.stat();
    if (!info.isFile() || info.size > MAX_JOURNAL_BYTES) return undefined;
    return await file.readFile({ encoding: "utf8" });
  } catch {
    return undefined;
  }
}
