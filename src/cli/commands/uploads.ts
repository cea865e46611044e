import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { type ResumableUpload, resumableUploads } from "../../api/transfers/resumable-uploads.ts";
import { lockHolderOf } from "../../api/transfers/local-file-lock.ts";
import type { Folders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { resolveFolders } from "../../config/config.ts";
import { describeError } from "../../core/errors.ts";
import { printable } from "../../core/terminal-text.ts";
import { formatBytes } from "../../core/units.ts";
import { lockFolderIn, transfersFolderIn } from "../../session/transfer-paths.ts";
import { withoutKeepBytes } from "../../write/final-failure.ts";
import type { StagedUpload } from "../../write/leftovers.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, FOLDER_OPTIONS } from "../option-flags.ts";
import { printJson, printLine, printWarning, table } from "../output.ts";
import { endOfLeft, nothingFound, warnOfMissing } from "../uploads/left-uploads.ts";
import { findUploads, type FoundUpload } from "../uploads/find-uploads.ts";
import { findOptions } from "../uploads/named-uploads.ts";
import { uploadsCommitCommand } from "./uploads-commit.ts";
import { uploadsDiscardCommand } from "./uploads-discard.ts";
import { uploadsExportCommand } from "./uploads-export.ts";
import { listRemoved, uploadsRestoreNamesCommand } from "./uploads-removed.ts";
import { uploadsResumeCommand } from "./uploads-resume.ts";
import { uploadsRetryCommand } from "./uploads-retry.ts";
import { uploadsWaitCommand } from "./uploads-wait.ts";

/**
 * `uploads list`: the files that were written and are not in BaseSpace, with or without a mount. The other commands are in
 * files of their own.
 */
export function uploadsCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("list")
    .description("show what was written to mounts and is not in BaseSpace yet")
    .option("--json", "machine output: an array of files")
    .option("--removed", "what was removed or replaced here, and BaseSpace still has");
  const list = addOptions(bare, FOLDER_OPTIONS).action(async (flags) => {
    const list = flags.removed === true ? listRemoved : listUploads;
    onResult(await list(flags, context));
  });
  return [
    uploadsWaitCommand,
    uploadsResumeCommand,
    uploadsCommitCommand,
    uploadsRetryCommand,
    uploadsExportCommand,
    uploadsDiscardCommand,
    uploadsRestoreNamesCommand,
  ].reduce(
    (group, command) => group.addCommand(command({ context, onResult })),
    new Command("uploads")
      .description(
        "show what was written and is not in BaseSpace yet, and what can be done with it",
      )
      .addCommand(list, { isDefault: true }),
  );
}

async function listUploads(
  flags: GivenOptions & { readonly json?: true },
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const { uploads, failures, folders } = await findUploads(options);
  for (const failure of failures) printWarning(describeError(failure));
  const missing = await warnOfMissing(options.stagingFolders);
  const copies = await copiesIn(resolveFolders(flags, context.environment));
  if (flags.json === true) printJson([...uploads.map(toJson), ...copies.map(copyToJson)]);
  else for (const line of linesOf({ uploads, copies, folders, missing })) printLine(line);
  return EXIT.done;
}

/** A copy into BaseSpace that has a journal. */
interface Copy extends ResumableUpload {
  /** The process that is copying; undefined when the copy was interrupted. */
  readonly pid: number | undefined;
}

async function copiesIn({ state }: Folders): Promise<readonly Copy[]> {
  const uploads = await resumableUploads(transfersFolderIn(state));
  const lockFolder = lockFolderIn(state);
  return await Promise.all(
    uploads.map(async (upload) => ({
      ...upload,
      pid: await lockHolderOf(upload.journal, lockFolder),
    })),
  );
}

interface Unfinished {
  readonly uploads: readonly FoundUpload[];
  readonly copies: readonly Copy[];
  /** The staging folders that were read. */
  readonly folders: readonly string[];
  /** Those that could not be read, because they are not there. */
  readonly missing: readonly string[];
}

function linesOf({ uploads, copies, folders, missing }: Unfinished): readonly string[] {
  if (uploads.length + copies.length === 0) {
    const looked = folders.map(printable).join(" and ");
    const claim = `everything that was written is in BaseSpace, according to ${looked}`;
    return [nothingFound(claim, missing)];
  }
  const head = "STATE,PROCESS,SIZE,UPLOADED,WRITTEN (UTC),BELONGS TO,BYTES IN".split(",");
  return [
    ...table([head, ...uploads.map(stagedRow), ...copies.map(copyRow)], new Set([2, 3])),
    ...notesOn(uploads, copies),
  ];
}

function stagedRow(upload: FoundUpload): readonly string[] {
  const { staged, sizeBytes, confirmedBytes, path, file } = upload;
  const { state } = upload;
  return [
    state === "left behind" ? `${state} (${endOfLeft(upload)})` : state,
    processOf(upload),
    formatBytes(sizeBytes),
    confirmedBytes === undefined ? "-" : formatBytes(confirmedBytes),
    staged === undefined ? "-" : dateText(staged.modified),
    path === undefined ? "?" : printable(path),
    printable(file),
  ];
}

function processOf({ staged, mount }: FoundUpload): string {
  if (staged?.isLive === false) return "-";
  const pid = staged?.pid ?? mount?.status.pid ?? "?";
  return staged?.host === undefined ? String(pid) : `${pid} on ${printable(staged.host)}`;
}

function copyRow({ pid, sizeBytes, begun, destination, journal }: Copy): readonly string[] {
  const path = /\/v1pre3\/(.*)$/.exec(destination)?.[1] ?? destination;
  return [
    pid === undefined ? "interrupted copy" : "being copied",
    pid === undefined ? "-" : String(pid),
    formatBytes(sizeBytes),
    "-",
    dateText(begun),
    printable(path),
    printable(journal),
  ];
}

const LEFT_BEHIND =
  "Of the files that were left behind, the next mount, or bsmount uploads resume, uploads those that were closed. Where " +
  "a reason is given it may not be able to. Those that were open may lack their end: bsmount uploads resume --interrupted " +
  "uploads them as they are.";

const FINAL =
  "Nothing can upload a file whose reason is final: bsmount uploads export copies its bytes to a local file, and bsmount " +
  "uploads discard removes it.";

const FAILED = "bsmount uploads retry tries failed uploads again.";

const INTERRUPTED =
  "An interrupted file may lack its end: write it again, remove it, open and close it to upload it as it is, or give " +
  "--upload-interrupted to bsmount complete.";

const COPY =
  "To continue an interrupted copy, give the same command again; to abandon it, remove the file of its journal.";

const AWAITING_COMMIT =
  "A file that awaits a commit was closed in write mode commit: bsmount uploads commit PATH uploads it, and so do " +
  "bsmount complete and unmount; without its mount, bsmount uploads resume --commit.";

const AWAITING_RENAME =
  "A file that awaits a rename has a temporary name: rename it, or unmount with --upload-temporary or " +
  "--discard-temporary.";

function notesOn(uploads: readonly FoundUpload[], copies: readonly Copy[]): readonly string[] {
  const reasons = uploads.flatMap(({ why, file }) =>
    why === undefined ? [] : [`${printable(file)}  ${printable(withoutKeepBytes(why))}`],
  );
  const states = new Set(uploads.map(({ state }) => state));
  if (states.has("left behind")) reasons.push(LEFT_BEHIND);
  const canRetry = ({ state, isIncomplete }: FoundUpload): boolean =>
    state === "failed" && isIncomplete !== true;
  if (uploads.some(canRetry)) reasons.push(FAILED);
  if (uploads.some(({ isFinal }) => isFinal)) reasons.push(FINAL);
  if (states.has("interrupted")) reasons.push(INTERRUPTED);
  if (uploads.some(awaitsCommit)) reasons.push(AWAITING_COMMIT);
  if (states.has("awaiting rename")) reasons.push(AWAITING_RENAME);
  if (copies.some(({ pid }) => pid === undefined)) reasons.push(COPY);
  return reasons;
}

function awaitsCommit({ state, staged }: FoundUpload): boolean {
  return state === "awaiting commit" || (state === "left behind" && staged?.awaitsCommit === true);
}

function dateText(date: Date): string {
  return date.toISOString().slice(0, 19).replace("T", " ");
}

function copyToJson({ begun, pid, ...copy }: Copy): Record<string, unknown> {
  return {
    state: "copy",
    ...copy,
    ...(pid === undefined ? {} : { pid }),
    begun: begun.toISOString(),
  };
}

/** The fields of the journal, and what only the mount knows; those that are undefined are left out. */
function toJson(upload: FoundUpload): Record<string, unknown> {
  const { staged, mount, state, isFinal, ...known } = upload;
  const { isLive, modified, resultFile, state: content, ...more } = staged ?? withoutJournal;
  const { overtakes: _overtakes, ...journaled } = more;
  return {
    state: journaled.host === undefined ? (isLive ? "live" : "left") : "elsewhere",
    content,
    ...journaled,
    ...known,
    modified: modified?.toISOString(),
    path: undefined,
    ...resultFile,
    belongsTo: resultFile === undefined ? undefined : shownPathOf(resultFile),
    upload: state,
    mountPath: known.path,
    mountPoint: mount?.status.mountPoint,
    isFinal: isFinal ? true : undefined,
  };
}

const withoutJournal: Partial<StagedUpload> & Pick<StagedUpload, "isLive" | "state"> = {
  isLive: true,
  state: "open",
};
