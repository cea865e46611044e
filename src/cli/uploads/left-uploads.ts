import { printable } from "../../core/terminal-text.ts";
import type { StagingFolders } from "../../write/staging-folders.ts";
import { EXIT } from "../exit-codes.ts";
import { printJson, printWarning } from "../output.ts";
import type { FoundUpload } from "./find-uploads.ts";
import { nameOf } from "./named-uploads.ts";

/** What the commands print, in a table or as JSON, of one file. */
export interface UploadReport extends Pick<FoundUpload, "file" | "path" | "sizeBytes" | "why"> {
  /** The state of the file, or what became of it. */
  readonly outcome: string;
  readonly isFinal?: true;
  /** Of a copy: its path. */
  readonly target?: string;
  /** Of a copy, in lower-case hex. */
  readonly sha256?: string;
}

export function reportOf(upload: FoundUpload, outcome: string = upload.state): UploadReport {
  const { file, path, sizeBytes, why, isFinal } = upload;
  return {
    file,
    ...(path === undefined ? {} : { path }),
    sizeBytes,
    outcome,
    ...(why === undefined ? {} : { why }),
    ...(isFinal ? { isFinal } : {}),
  };
}

/** What has to happen before a file in this state is uploaded. */
const WHAT_HELPS: Partial<Record<FoundUpload["state"], string>> = {
  "awaiting commit": "it awaits a commit: bsmount uploads commit, complete or unmount",
  "awaiting rename": "its name is a temporary one: rename it",
  interrupted: "interrupted: open and close it to upload it as it is, or write it again",
};

/** Why BaseSpace lacks it, in words. */
export function reasonOfLeft(upload: FoundUpload): string {
  const { state, why } = upload;
  const isOfJournal = state === "failed" || state === "left behind";
  if (isOfJournal && why !== undefined) return why;
  if (state === "left behind") return whatHelpsLeft(upload);
  return WHAT_HELPS[state] ?? state;
}

function whatHelpsLeft(upload: FoundUpload): string {
  const end = endOfLeft(upload);
  const resume = "bsmount uploads resume";
  if (end === "awaits commit") return `an ended mount left it behind: ${resume} --commit`;
  if (end === "closed") return `an ended mount left it behind: ${resume}`;
  return `an ended mount left it behind while it was open: ${resume} --interrupted uploads it as it is`;
}

/** How the last writer of a file left it that an ended mount has left behind. */
export function endOfLeft({
  staged,
}: FoundUpload): "awaits commit" | "closed" | "interrupted" | "open" {
  const { state = "open", awaitsCommit } = staged ?? {};
  if (state === "closed") return awaitsCommit === true ? "awaits commit" : "closed";
  return state === "interrupted" ? "interrupted" : "open";
}

/** Names the files that nothing uploads, with reasons. Returns the exit code: 1 when an upload failed, 3 otherwise. */
export function reportLeft(left: readonly FoundUpload[]): number {
  for (const upload of left) {
    printWarning(`not uploaded: ${nameOf(upload)} (${printable(reasonOfLeft(upload))})`);
  }
  if (left.length === 0) return EXIT.done;
  return left.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.uploadsLeft;
}

/** Warns of staging folders that are not there, for example because their disk is away, and returns them. */
export async function warnOfMissing(folders: StagingFolders): Promise<readonly string[]> {
  const missing = await folders.unsearched();
  const recorded = new Set(await folders.missing());
  for (const folder of missing) {
    const name = printable(folder);
    const forget = `; if it is gone for good, bsmount uploads discard ${name} forgets it`;
    printWarning(
      `cannot look for staged files in ${name}, which is not there now: a mount may have left some in it` +
        (recorded.has(folder) ? forget : ""),
    );
  }
  return missing;
}

/** What can be said when nothing was found: `claim`, unless there are folders that nobody can look into. */
export function nothingFound(claim: string, missing: readonly string[]): string {
  if (missing.length === 0) return claim;
  return `nothing was found, but ${missing.map(printable).join(" and ")} could not be searched`;
}

export function printReports(reports: readonly UploadReport[]): void {
  printJson(reports);
}
