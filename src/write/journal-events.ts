import type { FileId } from "../core/ids.ts";
import type { PartStep } from "../upload/part-plan.ts";
import type { ResultFile, ShownFile } from "./result-file.ts";

/* What a journal records of a staged file: an event for each transition. `journaled-file.ts` applies them. */

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
 * - `covered`: the files of BaseSpace that it has replaced have whiteouts
 * - `failed`: a change or an upload of it failed, and why
 * - `removed`: it was removed here before BaseSpace had all of it
 */
export type JournalEvent =
  | ({ readonly event: "begun"; readonly isInMemory?: boolean } & ResultFile & ShownFile)
  | ({ readonly event: "renamed" } & NewFileName)
  | { readonly event: "changed" | "covered" | "finished" | "removed" | "upload-dropped" }
  | ({ readonly event: "closed" } & ClosedContent)
  | { readonly event: "failed" | "interrupted"; readonly why: string }
  | ({ readonly event: "upload-begun" } & UploadStart)
  | ({ readonly event: "part-sent"; readonly number: number } & SentPart)
  | ({ readonly event: "whole-sent" } & WholeSent)
  | ({ readonly event: "completed" } & CompletedUpload);

/** An event, and the name of the staging file. */
export type JournalLine = JournalEvent & { readonly file: string };

/** A name that a staged file is given. */
export interface NewFileName extends ShownFile {
  readonly path: string;
  /** It only looks like a temporary name. */
  readonly isFinal?: boolean;
  /** The staging files that had the name: they are removed by the same event. Each as `<folder>/<file>`. */
  readonly replaces?: readonly string[];
  /** The complete files of BaseSpace that get whiteouts when this one is complete. */
  readonly covers?: readonly FileId[];
}

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
