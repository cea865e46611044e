import { compareIds } from "../core/compare-ids.ts";
import type { FileId } from "../core/ids.ts";
import { bothInFlight, type InFlight } from "./in-flight.ts";
import type {
  JournalEvent,
  NewFileName,
  CompletedUpload,
  ClosedContent,
  UploadStart,
  SentPart,
  WholeSent,
} from "./journal-events.ts";
import type { ResultFile, ShownFile } from "./result-file.ts";

/*
 * A staged file as the events of its journal describe it. The journal that is being written and the one that is read
 * after a crash apply the same events in the same way.
 */

export interface JournaledUpload extends UploadStart {
  readonly parts: ReadonlyMap<number, SentPart>;
  /** The content was changed after it was closed, so BaseSpace may have completed an older one. */
  readonly mayBeOlder: boolean;
}

/** - `open`: somebody was writing it, or nobody has written it yet */
export type JournaledState = "closed" | "finished" | "interrupted" | "open" | "removed";

/** One file, as the events so far describe it. */
export interface JournaledFile {
  readonly state: JournaledState;
  /** Absent when the journal does not say. */
  readonly resultFile?: ResultFile;
  /** Its path looks like a temporary name and is its final one. */
  readonly hasFinalName?: boolean;
  /** It has no staging file as long as it is small, and need not survive the end of the process. */
  readonly isInMemory?: boolean;
  readonly closed?: ClosedContent;
  readonly upload?: JournaledUpload;
  /**
   * The newest complete file that its path had when it was begun, or renamed, or was completed itself; null when there
   * was none; absent when that is not known.
   */
  readonly shown?: FileId | null;
  /** What BaseSpace may complete there later, and is older: of earlier attempts, and of other files of the path. */
  readonly overtakes?: InFlight;
  /** The last file that BaseSpace marked complete of it. */
  readonly completed?: CompletedUpload;
  /** The last contents that were sent in one request, and that BaseSpace may have. */
  readonly wholes?: readonly WholeSent[];
  /** Files of BaseSpace that it replaces, or has replaced, and that may lack their whiteouts. */
  readonly toCover?: readonly FileId[];
  /** The staging files that it has replaced, as `<folder>/<file>`; they may not be deleted yet. */
  readonly replacedFiles?: readonly string[];
  /** Why it is not in BaseSpace, when a change or an upload failed. */
  readonly why?: string;
}

/** Whether a file is of no use any more: BaseSpace has all of it, or it was removed. */
export function isDone({ state }: JournaledFile): boolean {
  return state === "finished" || state === "removed";
}

/** What came from this file itself, and from those that it has replaced. */
export function overtakenBy({ overtakes, toCover = [] }: JournaledFile): InFlight {
  return { ids: [...(overtakes?.ids ?? []), ...toCover], md5s: overtakes?.md5s ?? [] };
}

/** The name of the staging file at `path` in {@link JournaledFile.replacedFiles}: `<folder>/<file>`. */
export function stagingNameOf(path: string): string {
  return path.split("/").slice(-2).join("/");
}

/** The names of the staging files that any of `files` has replaced. */
export function replacedFiles(
  files: Iterable<readonly [name: string, file: JournaledFile]>,
): ReadonlySet<string> {
  return new Set([...files].flatMap(([, { replacedFiles: replaced = [] }]) => replaced));
}

/** The file after `event`; undefined when nothing is known of it, and this says nothing. */
export function applyEvent(
  file: JournaledFile | undefined,
  event: JournalEvent,
): JournaledFile | undefined {
  // What happens to the bytes of a removed file does not bring it back.
  if (file?.state === "removed" && event.event !== "begun") return file;
  const apply = AFTER[event.event] as After<JournalEvent["event"]>;
  return apply(file, event);
}

type After<Name extends JournalEvent["event"]> = (
  file: JournaledFile | undefined,
  event: Extract<JournalEvent, { readonly event: Name }>,
) => JournaledFile | undefined;

const AFTER: { readonly [Name in JournalEvent["event"]]: After<Name> } = {
  begun: (_file, { appResultId, resultPath, path, isInMemory, ...there }) => {
    const resultFile = { appResultId, resultPath, path };
    return { state: "open", resultFile, ...inMemoryIf(isInMemory), ...shownIf(there) };
  },
  renamed,
  changed,
  closed: (file, { sizeBytes, isSynced, awaitsCommit }) => {
    const closed = { sizeBytes, isSynced, ...(awaitsCommit === true ? { awaitsCommit } : {}) };
    // An earlier failure says nothing of what was closed now.
    return { ...without({ ...file, state: "closed" }, ["why"]), closed };
  },
  interrupted: (file, { why }) => {
    return { ...without({ ...file, state: "interrupted" }, ["closed"]), why };
  },
  finished: (file) => without({ ...file, state: "finished" }, ["closed", "upload", "why"]),
  covered: (file) => (file === undefined ? undefined : without(file, ["toCover"])),
  removed: (file) => {
    return without({ ...file, state: "removed" }, ["closed", "toCover", "upload", "why", "wholes"]);
  },
  failed: (file, { why }) => ({ state: "open", ...file, why }),
  "upload-begun": (file, { fileId, uploadPath, steps }) => {
    const upload = { fileId, uploadPath, steps, parts: new Map(), mayBeOlder: false };
    return { state: "open", ...file, ...withEarlierUpload(file, fileId), upload };
  },
  "part-sent": partSent,
  "upload-dropped": (file) =>
    file === undefined ? undefined : { ...without(file, ["upload"]), ...withEarlierUpload(file) },
  "whole-sent": (file, { md5, uploadPath }) => {
    const wholes = [...(file?.wholes ?? []), { md5, uploadPath }].slice(-MAX_WHOLES);
    return { state: "open", ...file, wholes };
  },
  completed: (file, { fileId, uploadPath, verified }) => {
    const completed = { fileId, uploadPath, verified };
    if (file?.resultFile?.path !== uploadPath) return { state: "open", ...file, completed };
    const { shown } = file;
    const before = [
      shown,
      file.completed?.uploadPath === uploadPath ? file.completed.fileId : null,
    ];
    const older = before.filter((id) => typeof id === "string" && compareIds(id, fileId) < 0);
    const toCover = withIds(file.toCover, older as readonly FileId[]);
    return { ...file, shown: newerOf(shown, fileId), ...toCover, completed };
  },
};

/** How many contents of a file are remembered that were sent in one request each. */
const MAX_WHOLES = 8;

/** The events that describe `file`, for a journal that is written anew. */
export function eventsOf(file: JournaledFile): readonly JournalEvent[] {
  const { state, closed, upload, completed, why } = file;
  const events = [...eventsOfName(file)];
  if (completed !== undefined) events.push({ event: "completed", ...completed });
  if (state === "finished" || state === "removed") events.push({ event: state });
  if (upload !== undefined) events.push(...eventsOfUpload(upload));
  if (state === "closed" && closed !== undefined) events.push({ event: "closed", ...closed });
  if (state === "interrupted") events.push({ event: "interrupted", why: why ?? "" });
  else if (why !== undefined) events.push({ event: "failed", why });
  return events;
}

function eventsOfName({
  resultFile,
  hasFinalName,
  isInMemory,
  shown,
  overtakes,
  toCover: covers = [],
  replacedFiles: replaces = [],
  wholes = [],
}: JournaledFile): readonly JournalEvent[] {
  if (resultFile === undefined) return [];
  const { path } = resultFile;
  const there = shownIf({ shown, overtakes });
  const begun = { event: "begun", ...resultFile, ...inMemoryIf(isInMemory), ...there };
  const events = [begun as JournalEvent];
  const isFinal = hasFinalName === true ? { isFinal: true } : {};
  if (hasFinalName === true || covers.length + replaces.length > 0)
    events.push({ event: "renamed", path, ...isFinal, ...there, replaces, covers });
  return [...events, ...wholes.map((whole) => ({ event: "whole-sent", ...whole }) as const)];
}

function eventsOfUpload(upload: JournaledUpload): readonly JournalEvent[] {
  const { fileId, uploadPath, steps, parts, mayBeOlder } = upload;
  const events: JournalEvent[] = [{ event: "upload-begun", fileId, uploadPath, steps }];
  for (const [number, part] of parts) events.push({ event: "part-sent", number, ...part });
  if (mayBeOlder) {
    events.push({ event: "closed", sizeBytes: 0, isSynced: false }, { event: "changed" });
  }
  return events;
}

function renamed(file: JournaledFile | undefined, name: NewFileName): JournaledFile | undefined {
  if (file?.resultFile === undefined) return file;
  const { hasFinalName: _before, shown: _shown, overtakes: _overtakes, ...rest } = file;
  const { path, isFinal } = name;
  const { completed, resultFile } = file;
  const final = isFinal === true ? { hasFinalName: true } : {};
  const overtakes = path === resultFile.path ? file.overtakes : undefined;
  const shown = shownIf({
    shown: shownUnder(name, { ...file, resultFile }),
    overtakes: bothInFlight(overtakes, name.overtakes),
  });
  // What BaseSpace has of it under the name before is not shown there any more.
  const isMoved = resultFile.path !== path && completed?.uploadPath === resultFile.path;
  const covers = [...(name.covers ?? []), ...(isMoved ? [completed.fileId] : [])];
  const more = { ...final, ...shown, ...withIds(file.toCover, covers), ...replacing(file, name) };
  return { ...rest, ...more, resultFile: { ...resultFile, path } };
}

function shownUnder(
  { path, shown }: NewFileName,
  file: JournaledFile & { readonly resultFile: ResultFile },
): FileId | null | undefined {
  const { completed, resultFile } = file;
  const known = shown === undefined && resultFile.path === path ? file.shown : shown;
  // Under its temporary name it may have been completed for this path.
  return completed?.uploadPath === path ? newerOf(known, completed.fileId) : known;
}

function replacing(
  { replacedFiles = [] }: JournaledFile,
  { replaces = [] }: NewFileName,
): Pick<JournaledFile, "replacedFiles"> {
  const all = [...replacedFiles, ...replaces].slice(-MAX_REPLACED);
  return all.length === 0 ? {} : { replacedFiles: all };
}

/** How many staging files are remembered that a file has replaced; each is deleted at once. */
const MAX_REPLACED = 16;

function withIds(
  before: readonly FileId[] | undefined,
  ids: readonly FileId[],
): Pick<JournaledFile, "toCover"> {
  const toCover = [...new Set([...(before ?? []), ...ids])];
  return toCover.length === 0 ? {} : { toCover };
}

function newerOf(one: FileId | null | undefined, other: FileId): FileId {
  return one !== null && one !== undefined && compareIds(one, other) > 0 ? one : other;
}

function inMemoryIf(isInMemory: boolean | undefined): Pick<JournaledFile, "isInMemory"> {
  return isInMemory === true ? { isInMemory } : {};
}

/** What is known of a path, without what is not; for a journal's line. */
export function shownIf({
  shown,
  overtakes,
}: {
  readonly shown?: ShownFile["shown"] | undefined;
  readonly overtakes?: InFlight | undefined;
}): ShownFile {
  const hasAny = overtakes !== undefined && overtakes.ids.length + overtakes.md5s.length > 0;
  return { ...(shown === undefined ? {} : { shown }), ...(hasAny ? { overtakes } : {}) };
}

/** BaseSpace may have completed the pending file of an attempt before, or may do so. */
function withEarlierUpload(
  file: JournaledFile | undefined,
  next?: FileId,
): Pick<JournaledFile, "overtakes"> {
  const { upload, overtakes } = file ?? {};
  if (upload === undefined || upload.fileId === next) return {};
  return { overtakes: bothInFlight(overtakes, { ids: [upload.fileId], md5s: [] }) };
}

function changed(file: JournaledFile | undefined): JournaledFile {
  const { upload, ...rest } = without({ state: "open" as const, ...file }, ["closed"]);
  if (upload === undefined) return { ...rest, state: "open" };
  // What was never closed was never to be completed.
  const mayBeOlder = upload.mayBeOlder || (file !== undefined && file.state !== "open");
  return { ...rest, state: "open", upload: { ...upload, mayBeOlder } };
}

function partSent(
  file: JournaledFile | undefined,
  { number, partBytes, md5 }: { readonly number: number } & SentPart,
): JournaledFile | undefined {
  if (file?.upload === undefined) return file;
  // A file has up to ten thousand parts, so the map is not copied for each of them.
  (file.upload.parts as Map<number, SentPart>).set(number, { partBytes, md5 });
  return file;
}

function without<Key extends keyof JournaledFile>(
  file: JournaledFile,
  keys: readonly Key[],
): Omit<JournaledFile, Key> & JournaledFile {
  const copy = { ...file };
  for (const key of keys) delete copy[key];
  return copy;
}
