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
  "left behind": "an ended mount left it behind: bsmount uploads resume",
};

/** Why BaseSpace lacks it, in words. */
export function reasonOfLeft({ state, why }: FoundUpload): string {
  const isOfJournal = state === "failed" || state === "left behind";
  if (isOfJournal && why !== undefined) return why;
  return WHAT_HELPS[state] ?? state;
}

/** Names the files that nothing uploads, with reasons. Returns the exit code: 1 when an upload failed, 3 otherwise. */
export function reportLeft(left: readonly FoundUpload[]): number {
  for (const upload of left) {
    printWarning(`not uploaded: ${nameOf(upload)} (${printable(reasonOfLeft(upload))})`);
  }
  if (left.length === 0) return EXIT.done;
  return left.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.uploadsLeft;
}

/** Nobody can see what is in a staging folder whose disk is away. */
export async function warnOfMissing(folders: StagingFolders): Promise<void> {
  for (const folder of await folders.missing()) {
    printWarning(
      `a mount staged files in ${printable(folder)}, which is not there now: it may have left some`,
    );
  }
}

export function printReports(reports: readonly UploadReport[]): void {
  printJson(reports);
}
