import type { FileId } from "../core/ids.ts";
import { isWriteMode, type WriteMode } from "../core/write-mode.ts";
import { checkedLine, recordIn } from "./journal-text.ts";

/*
 * What a log of an app result says, a line each; see `result-log.ts`.
 */

/** A file of BaseSpace, and the name that it is not shown under. */
export interface HiddenFile {
  readonly id: FileId;
  /** In the app result. */
  readonly path: string;
}

export type ResultEvent =
  /** `resultPath`: the app result as the mount showed it; `at`: when, ISO 8601. */
  | ({ readonly event: "hidden"; readonly resultPath: string; readonly at: string } & HiddenFile)
  | ({ readonly event: "restored" } & HiddenFile)
  /** Without a mode, that of the mount applies. */
  | { readonly event: "write-mode"; readonly mode?: WriteMode };

/** The log ends here and continues in another file, which is named by these digits. */
interface Sealed {
  readonly event: "sealed";
  /** 16 hexadecimal digits. */
  readonly next: string;
}

/** Files that were hidden, in fewer bytes: of each path the Ids, and when each was hidden, milliseconds since 1970. */
interface HiddenFiles {
  readonly event: "hidden-files";
  readonly resultPath: string;
  readonly paths: readonly (readonly [path: string, files: readonly HiddenAt[]])[];
}

type HiddenAt = readonly [id: FileId, atMs: number];

/** The log was compacted: what was true then follows, in a text of this length. */
interface Compacted {
  readonly event: "compacted";
  readonly bytes: number;
}

/** One line of a log. */
export interface LogLine {
  readonly events?: readonly ResultEvent[];
  /** It seals the log; the digits name the next file. */
  readonly seal?: string;
  readonly compactedBytes?: number;
}

/** What one line says. A line that was damaged, or that another version has written, says nothing. */
export function lineOf(line: string): LogLine {
  const record = recordIn(line) ?? {};
  const { event } = record;
  return isText(event) && Object.hasOwn(LINES, event) ? (LINES[event]?.(record) ?? {}) : {};
}

type Fields = Readonly<Record<string, unknown>>;

const LINES: Readonly<Record<string, (record: Fields) => LogLine>> = {
  hidden: (record) => {
    const { id, path, resultPath, at } = record;
    return eventIf([id, path, resultPath, at].every(isText), record);
  },
  restored: (record) => eventIf([record["id"], record["path"]].every(isText), record),
  "write-mode": (record) =>
    eventIf(record["mode"] === undefined || isWriteMode(record["mode"]), record),
  "hidden-files": (record) => (isHiddenFiles(record) ? { events: hiddenIn(record) } : {}),
  sealed: ({ next }) => (isText(next) && /^[0-9a-f]{16}$/.test(next) ? { seal: next } : {}),
  compacted: ({ bytes }) => (typeof bytes === "number" ? { compactedBytes: bytes } : {}),
};

function eventIf(isWhole: boolean, record: Fields): LogLine {
  return isWhole ? { events: [record as ResultEvent] } : {};
}

/** The line that ends a log. It begins with a line feed, as all lines do. */
export function sealLine(next: string): string {
  return `\n${checkedLine({ event: "sealed", next } satisfies Sealed)}`;
}

/** A line may not be too long to be read. */
const FILES_IN_A_LINE = 1000;

/** What is still true after `events`, in as few bytes as possible. */
export function compacted(events: Iterable<ResultEvent>): string {
  const { hidden, writeMode } = stateAfter(events);
  const lines: object[] = writeMode === undefined ? [] : [writeMode];
  const byResult = groupsOf(hidden, ({ resultPath }) => resultPath);
  for (const [resultPath, files] of byResult) {
    const byPath = groupsOf(files, ({ path }) => path);
    const entries = [...byPath].flatMap(([path, versions]) =>
      chunksOf(versions.map(hiddenAt)).map((some) => [path, some] as const),
    );
    for (const paths of linesOf(entries)) lines.push({ event: "hidden-files", resultPath, paths });
  }
  const text = lines.map((line) => `\n${checkedLine(line)}`).join("");
  const bytes = Buffer.byteLength(text);
  return `\n${checkedLine({ event: "compacted", bytes } satisfies Compacted)}${text}`;
}

function groupsOf<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

type Hidden = Extract<ResultEvent, { readonly event: "hidden" }>;

function stateAfter(events: Iterable<ResultEvent>): {
  readonly hidden: readonly Hidden[];
  readonly writeMode: Extract<ResultEvent, { readonly event: "write-mode" }> | undefined;
} {
  const hidden = new Map<FileId, Hidden>();
  let writeMode: Extract<ResultEvent, { readonly event: "write-mode" }> | undefined;
  for (const event of events) {
    if (event.event === "write-mode") writeMode = event;
    else if (event.event === "restored") hidden.delete(event.id);
    else if (!hidden.has(event.id)) hidden.set(event.id, event);
  }
  return { hidden: [...hidden.values()], writeMode };
}

function hiddenAt({ id, at }: Hidden): HiddenAt {
  const atMs = Date.parse(at);
  return [id, Number.isNaN(atMs) ? 0 : atMs];
}

function chunksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / FILES_IN_A_LINE);
  return Array.from({ length: count }, (_, at) =>
    items.slice(at * FILES_IN_A_LINE, (at + 1) * FILES_IN_A_LINE),
  );
}

/** As many paths in a line as have no more files than one may have. */
function* linesOf(
  entries: Iterable<HiddenFiles["paths"][number]>,
): Generator<HiddenFiles["paths"], void, undefined> {
  let line: HiddenFiles["paths"][number][] = [];
  let files = 0;
  for (const entry of entries) {
    const [, versions] = entry;
    if (files + versions.length > FILES_IN_A_LINE && files > 0) {
      yield line;
      [line, files] = [[], 0];
    }
    line.push(entry);
    files += versions.length;
  }
  if (line.length > 0) yield line;
}

function hiddenIn({ resultPath, paths }: HiddenFiles): readonly ResultEvent[] {
  return paths.flatMap(([path, files]) =>
    files.map(([id, atMs]) => {
      const at = new Date(atMs).toISOString();
      return { event: "hidden", id, path, resultPath, at } as const;
    }),
  );
}

function isHiddenFiles(record: Fields): record is Fields & HiddenFiles {
  const { resultPath, paths } = record;
  return isText(resultPath) && Array.isArray(paths) && paths.every(isPathEntry);
}

function isPathEntry(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [path, files] = entry as readonly unknown[];
  return isText(path) && Array.isArray(files) && files.every(isHiddenAt);
}

/** Dates have an upper limit, above which they have no text. */
const MAX_DATE_MS = 8.64e15;

function isHiddenAt(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [id, atMs] = entry as readonly unknown[];
  return isText(id) && typeof atMs === "number" && Math.abs(atMs) <= MAX_DATE_MS;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
