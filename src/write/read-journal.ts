import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../linux/machine.ts";
import { JOURNAL_NAME, type JournalEvent } from "./journal.ts";
import type { ResultFile } from "./result-file.ts";

/** What a journal says of one staging file. */
export interface KnownFile {
  readonly place?: ResultFile;
  /** BaseSpace has all of it. */
  readonly isFinished: boolean;
  /** Why it is not in BaseSpace, when an upload failed. */
  readonly why?: string;
}

export interface ReadJournal {
  readonly owner: { readonly pid?: number; readonly apiServer?: string };
  /** Of that process, see `linux/process-identity.ts`. */
  readonly startTicks: string | undefined;
  /** Where that process runs, or ran. */
  readonly machine: Machine | undefined;
  /** By the names of the staging files. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** No longer journal is read: one of this size has some 300 000 files. */
const MAX_JOURNAL_BYTES = 64 * 1024 * 1024;

/**
 * The journal of a folder of staging files. Lines that make no sense, such as one that a full disk cut off, are
 * passed over. Undefined when it cannot be read whole: then nothing is known, and nothing may be removed.
 */
export async function readJournal(folder: string): Promise<ReadJournal | undefined> {
  const text = await textOf(join(folder, JOURNAL_NAME));
  if (text === undefined) return undefined;
  const files = new Map<string, KnownFile>();
  const [first, ...lines] = text.split("\n");
  for (const line of lines) {
    const value = parsed(line);
    const { file } = value;
    if (typeof file !== "string") continue;
    const known = after(files.get(file), value);
    if (known !== undefined) files.set(file, known);
  }
  const header = parsed(first ?? "");
  const { startTicks } = header;
  return {
    owner: ownerOf(header),
    startTicks: typeof startTicks === "string" ? startTicks : undefined,
    machine: machineOf(header["machine"]),
    files,
  };
}

function after(
  known: KnownFile | undefined,
  value: Record<string, unknown>,
): KnownFile | undefined {
  switch (value["event"] as JournalEvent["event"]) {
    case "begun":
      return begun(value);
    case "renamed":
      return renamed(known, value["path"]);
    case "finished":
      return finished(known);
    case "changed":
      return { ...known, isFinished: false };
    case "failed":
      return { isFinished: false, ...known, why: String(value["why"]) };
    default:
      return known;
  }
}

function begun({ appResultId, resultPath, path }: Record<string, unknown>): KnownFile | undefined {
  const texts = [appResultId, resultPath, path];
  if (!texts.every((text) => typeof text === "string")) return undefined;
  return { place: { appResultId, resultPath, path } as ResultFile, isFinished: false };
}

/** Whatever failed before was made good. */
function finished({ place }: Partial<KnownFile> = {}): KnownFile {
  return { ...(place === undefined ? {} : { place }), isFinished: true };
}

function renamed(known: KnownFile | undefined, path: unknown): KnownFile | undefined {
  if (known?.place === undefined || typeof path !== "string") return known;
  return { ...known, place: { ...known.place, path } };
}

function ownerOf({ pid, apiServer }: Record<string, unknown>): ReadJournal["owner"] {
  return {
    ...(typeof pid === "number" ? { pid } : {}),
    ...(typeof apiServer === "string" ? { apiServer } : {}),
  };
}

function machineOf(value: unknown): Machine | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, id, boot, processes } = value as Record<string, unknown>;
  return { host: String(host), id: String(id), boot: String(boot), processes: String(processes) };
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
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
