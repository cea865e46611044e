import { shownText } from "../core/shown-text.ts";
import { encodeName } from "../tree/encoding.ts";
import { isFinalFailure } from "../write/final-failure.ts";
import type { ResultFile } from "../write/result-file.ts";
import type { StagedFile } from "../write/staged-file.ts";
import type { UnadoptedFile } from "../write/staging.ts";
import { describeFailure } from "./unfinished-errors.ts";

/**
 * - `being written`: a program has it open for writing
 * - `uploading`: an attempt to have BaseSpace complete it is under way
 * - `pending`: it is going to be uploaded
 * - `failed`: its upload failed, or a write to it
 * - `awaiting rename`: it has a temporary name
 * - `awaiting commit`: it was closed in a result whose files are finished only when somebody says so
 * - `interrupted`: its last writer did not close it
 * - `left behind`: an ended mount has left it, and this one does not upload it
 */
export type UploadState =
  | "awaiting commit"
  | "awaiting rename"
  | "being written"
  | "failed"
  | "interrupted"
  | "left behind"
  | "pending"
  | "uploading";

/** A file that was written and that BaseSpace lacks, as a mount reports it. */
export interface ListedUpload {
  /** The staging file, by which requests name it. */
  readonly file: string;
  /** In the mount, with a leading slash; absent when its journal does not say where it belongs. */
  readonly path?: string;
  readonly state: UploadState;
  readonly sizeBytes: number;
  /** Bytes of it that BaseSpace has confirmed. */
  readonly confirmedBytes: number;
  /** Why BaseSpace lacks it, when nothing will upload it. */
  readonly why?: string;
  /** No later attempt can upload it. */
  readonly isFinal?: true;
  /** A write to it failed, so it lacks bytes: no attempt can upload it until it is written anew. */
  readonly isIncomplete?: true;
}

/** The path of a file as the mount shows it, where no other file has its name. */
export function mountPathOf({ resultPath, path }: Pick<ResultFile, "path" | "resultPath">): string {
  return `${resultPath}/files/${path.split("/").map(encodeName).join("/")}`;
}

/** Whether `path` is `above`, or below it; everything is below the root. */
export function isBelow(path: string, above: string): boolean {
  const folder = above.replace(/\/+$/, "");
  return path === folder || path.startsWith(`${folder}/`);
}

/** A message of the control protocol has a limited length. */
const LONGEST_REASON = 1000;

export function listedUpload(file: StagedFile): ListedUpload {
  const { content, isInterrupted } = file;
  const state = stateOf(file);
  const { failure } = content;
  const isKnown = failure !== undefined && state !== "uploading";
  const why = isKnown ? describeFailure(content) : isInterrupted ? file.whyLeft : undefined;
  return {
    file: content.stagingPath,
    path: mountPathOf(file),
    state,
    sizeBytes: content.sizeBytes,
    confirmedBytes: content.sizeBytes - content.leftBytes,
    ...(why === undefined ? {} : { why: shownText(why, LONGEST_REASON) }),
    ...(isKnown && isFinalFailure(failure) ? { isFinal: true } : {}),
    ...(content.failedChange === undefined ? {} : { isIncomplete: true }),
  };
}

function stateOf(file: StagedFile): UploadState {
  const { content, awaitsRename, awaitsCommit, isInterrupted, isOpenForWriting } = file;
  if (content.state === "finishing") return "uploading";
  if (isOpenForWriting) return "being written";
  if (isInterrupted) return "interrupted";
  if (awaitsRename) return "awaiting rename";
  if (content.failure !== undefined) return "failed";
  return awaitsCommit ? "awaiting commit" : "pending";
}

export function listedUnadopted(file: UnadoptedFile): ListedUpload {
  const { path, resultFile, sizeBytes, why } = file;
  return {
    file: path,
    ...(resultFile === undefined ? {} : { path: mountPathOf(resultFile) }),
    state: "left behind",
    sizeBytes,
    confirmedBytes: 0,
    why: shownText(why, LONGEST_REASON),
    ...(isFinalFailure(why) ? { isFinal: true } : {}),
  };
}
