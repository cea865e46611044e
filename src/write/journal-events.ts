import { compareIds } from "../core/compare-ids.ts";
import type { FileId } from "../core/ids.ts";
import type { PartStep } from "../upload/part-plan.ts";
import type { ResultFile, ShownFile } from "./result-file.ts";

/*
 * What a journal records of a staged file: an event for each transition, and the file as the events describe it. The
 * journal that is being written and the one that is read after a crash apply the same events in the same way.
 */

/**
 * - `begun`: the file was created, and BaseSpace does not have what is written to it; with `isInMemory` it has no staging
 *   file as long as it is small, and need not survive the end of the process
 * - `renamed`: it has another path; `isFinal` when that only looks like a temporary name
 * - `changed`: it is being written again after it was closed or finished
 * - `closed`: its last writer closed it, so that it is to be finished
 * - `interrupted`: its last writer did not end properly, so that its end may be missing
 * - `upload-begun`: BaseSpace has a pending file for its parts
 * - `part-sent`: BaseSpace has a part of it
 * - `upload-dropped`: the pending file is no longer used
 * - `whole-sent`: BaseSpace is sent all of it in one request, and may have it from now on
 * - `completed`: BaseSpace marked what was uploaded complete, which may be an older content; and what of it was compared
 *   with the bytes here
 * - `finished`: BaseSpace has all of it; its bytes are kept here for reading only
 * - `failed`: a change or an upload of it failed, and why
 * - `removed`: it was removed here before BaseSpace had all of it
 */
export type JournalEvent =
  | ({ readonly event: "begun"; readonly isInMemory?: boolean } & ResultFile & ShownFile)
  | ({ readonly event: "renamed"; readonly path: string; readonly isFinal?: boolean } & ShownFile)
  | { readonly event: "changed" | "finished" | "removed" | "upload-dropped" }
  | ({ readonly event: "closed" } & ClosedContent)
  | { readonly event: "failed" | "interrupted"; readonly why: string }
  | ({ readonly event: "upload-begun" } & UploadStart)
  | ({ readonly event: "part-sent"; readonly number: number } & SentPart)
  | ({ readonly event: "whole-sent" } & WholeSent)
  | ({ readonly event: "completed" } & CompletedUpload);

/** An event, and the name of the staging file. */
export type JournalLine = JournalEvent & { readonly file: string };

/** A file that BaseSpace marked complete, and what of it was compared with the bytes that were sent. */
export interface CompletedUpload {
  readonly fileId: FileId;
  /** The path in the app result that it was uploaded to. */
  readonly uploadPath: string;
  readonly verified: readonly VerifiedBy[];
}

/**
 * How a complete file was compared with the bytes that were sent:
 *
 * - `size`: BaseSpace states their size
 * - `MD5`: BaseSpace acknowledged the one request with their MD5 as the ETag
 * - `MD5 of each part`: it acknowledged each part with the MD5 of the part
 * - `ETag`: the ETag of the complete file is the MD5 of the MD5s of its parts
 * - `read back`: the content was read from BaseSpace afterwards, and has the MD5s of what was sent
 */
export type VerifiedBy = "ETag" | "MD5 of each part" | "MD5" | "read back" | "size";

/** The content of a file when its last writer closed it. */
export interface ClosedContent {
  readonly sizeBytes: number;
  /** Its bytes were on the disk then, and survive a power cut. */
  readonly isSynced: boolean;
  /** It is finished only when somebody says so; see `core/write-mode.ts`. */
  readonly awaitsCommit?: boolean;
}

/** A pending file of BaseSpace that parts are sent to. */
export interface UploadStart {
  readonly fileId: FileId;
  /** The path in the app result that it was begun for. */
  readonly uploadPath: string;
  /** How the content is cut into parts. */
  readonly steps: readonly PartStep[];
}

/** A part that BaseSpace acknowledged. */
export interface SentPart {
  readonly partBytes: number;
  /** In lower-case hex; BaseSpace returned it as the ETag of the part. */
  readonly md5: string;
}

/** Content that was sent in one request. */
export interface WholeSent {
  /** In lower-case hex. */
  readonly md5: string;
  /** The path in the app result that it was sent for. */
  readonly uploadPath: string;
}

export interface JournaledUpload extends UploadStart {
  readonly parts: ReadonlyMap<number, SentPart>;
  /** The content was changed after it was closed, so BaseSpace may have completed an older one. */
  readonly mayBeOlder: boolean;
}

/** - `open`: somebody was writing it, or nobody has written it yet */
export type JournaledState = "closed" | "finished" | "interrupted" | "open" | "removed";

/** Whether the staged bytes of a file in `state` are in no other place. */
export function isNeeded(state: JournaledState): boolean {
  return state !== "finished" && state !== "removed";
}

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
  /** The last file that BaseSpace marked complete of it. */
  readonly completed?: CompletedUpload;
  /** The last contents that were sent in one request, and that BaseSpace may have. */
  readonly wholes?: readonly WholeSent[];
  /** Why it is not in BaseSpace, when a change or an upload failed. */
  readonly why?: string;
}

/** The file after `event`; undefined when nothing is known of it, and this says nothing. */
export function applyEvent(
  file: JournaledFile | undefined,
  event: JournalEvent,
): JournaledFile | undefined {
  const apply = AFTER[event.event] as After<JournalEvent["event"]>;
  return apply(file, event);
}

type After<Name extends JournalEvent["event"]> = (
  file: JournaledFile | undefined,
  event: Extract<JournalEvent, { readonly event: Name }>,
) => JournaledFile | undefined;

const AFTER: { readonly [Name in JournalEvent["event"]]: After<Name> } = {
  begun: (_file, { appResultId, resultPath, path, isInMemory, shown }) => {
    const resultFile = { appResultId, resultPath, path };
    return { state: "open", resultFile, ...inMemoryIf(isInMemory), ...shownIf(shown) };
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
  removed: (file) => without({ ...file, state: "removed" }, ["closed", "upload", "why"]),
  failed: (file, { why }) => ({ state: "open", ...file, why }),
  "upload-begun": (file, { fileId, uploadPath, steps }) => {
    const upload = { fileId, uploadPath, steps, parts: new Map(), mayBeOlder: false };
    return { state: "open", ...file, upload };
  },
  "part-sent": partSent,
  "upload-dropped": (file) => (file === undefined ? undefined : without(file, ["upload"])),
  "whole-sent": (file, { md5, uploadPath }) => {
    const wholes = [...(file?.wholes ?? []), { md5, uploadPath }].slice(-MAX_WHOLES);
    return { state: "open", ...file, wholes };
  },
  completed: (file, { fileId, uploadPath, verified }) => {
    const isShown = file?.resultFile?.path === uploadPath;
    const shown = isShown ? { shown: newerOf(file.shown, fileId) } : {};
    return { state: "open", ...file, ...shown, completed: { fileId, uploadPath, verified } };
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
  wholes = [],
}: JournaledFile): readonly JournalEvent[] {
  if (resultFile === undefined) return [];
  const { path } = resultFile;
  const begun = {
    event: "begun" as const,
    ...resultFile,
    ...inMemoryIf(isInMemory),
    ...shownIf(shown),
  };
  const renamed = { event: "renamed", path, isFinal: true, ...shownIf(shown) } as const;
  const sent = wholes.map((whole) => ({ event: "whole-sent", ...whole }) as const);
  return [begun, ...(hasFinalName === true ? [renamed] : []), ...sent];
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

function renamed(
  file: JournaledFile | undefined,
  { path, isFinal, shown }: { readonly path: string; readonly isFinal?: boolean } & ShownFile,
): JournaledFile | undefined {
  if (file?.resultFile === undefined) return file;
  const { hasFinalName: _before, shown: shownBefore, ...rest } = file;
  const name = isFinal === true ? { hasFinalName: true } : {};
  const { completed, resultFile } = file;
  // Under its temporary name it may have been completed for this path.
  const own = completed?.uploadPath === path ? completed.fileId : undefined;
  const given = shown === undefined && resultFile.path === path ? shownBefore : shown;
  const known = own === undefined ? given : newerOf(given, own);
  return { ...rest, ...name, ...shownIf(known), resultFile: { ...resultFile, path } };
}

function newerOf(one: FileId | null | undefined, other: FileId): FileId {
  return one !== null && one !== undefined && compareIds(one, other) > 0 ? one : other;
}

function inMemoryIf(isInMemory: boolean | undefined): Pick<JournaledFile, "isInMemory"> {
  return isInMemory === true ? { isInMemory } : {};
}

function shownIf(shown: FileId | null | undefined): ShownFile {
  return shown === undefined ? {} : { shown };
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
