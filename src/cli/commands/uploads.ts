import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { type ResumableUpload, resumableUploads } from "../../api/transfers/resumable-uploads.ts";
import { lockHolderOf } from "../../api/transfers/local-file-lock.ts";
import { defaultFolders, type Folders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { resolveFolders } from "../../config/config.ts";
import { formatBytes } from "../../core/units.ts";
import { listMounts } from "../../mount/mount.ts";
import { lockFolderIn, transfersFolderIn } from "../../session/transfer-paths.ts";
import { stagingFolderIn } from "../../session/open-staging.ts";
import { type StagedUpload, stagedUploads } from "../../write/leftovers.ts";
import { stagedNameOf } from "../../write/temporary-names.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions } from "../option-flags.ts";
import { printJson, printLine, table } from "../output.ts";
import { listRemoved, uploadsRestoreNamesCommand } from "./uploads-removed.ts";
import { uploadsResumeCommand } from "./uploads-resume.ts";
import { printable } from "../../core/terminal-text.ts";

/**
 * `uploads list`: the files that were written and are not in BaseSpace, with or without a mount. `uploads resume`
 * (`uploads-resume.ts`) continues those that ended mounts left behind.
 */
export function uploadsCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("list")
    .description("show what was written to mounts and is not in BaseSpace yet")
    .option("--json", "machine output: an array of files")
    .option("--removed", "what was removed or replaced here, and BaseSpace still has");
  const list = addOptions(bare, ["stateDir"]).action(async (flags) => {
    const list = flags.removed === true ? listRemoved : listUploads;
    onResult(await list(flags, context));
  });
  return new Command("uploads")
    .description("show, or upload, what was written and is not in BaseSpace yet")
    .addCommand(list, { isDefault: true })
    .addCommand(uploadsResumeCommand({ context, onResult }))
    .addCommand(uploadsRestoreNamesCommand({ context, onResult }));
}

async function listUploads(
  flags: GivenOptions & { readonly json?: true },
  { environment, signal }: CommandContext,
): CommandResult {
  const folders = resolveFolders(flags, environment);
  const own = stagingFolderIn(folders);
  const others = flags.stateDir === undefined ? await stagingOfMounts(environment, signal) : [];
  const staging = [...new Set([own, ...others])];
  const uploads = await stagedIn(staging);
  const copies = await copiesIn(folders);
  if (flags.json === true) printJson([...uploads.map(toJson), ...copies.map(copyToJson)]);
  else for (const line of linesOf({ uploads, copies, folders: staging })) printLine(line);
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

/** Other mounts may use other folders. */
async function stagingOfMounts(
  environment: CommandContext["environment"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { runtime } = defaultFolders(environment);
  return (await listMounts(runtime, signal)).map(({ stagingDir }) => stagingDir);
}

/** The staged files of all `folders`, oldest first. */
async function stagedIn(folders: readonly string[]): Promise<readonly StagedUpload[]> {
  const uploads = await Promise.all(folders.map(async (folder) => await stagedUploads(folder)));
  return uploads.flat().toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

interface Unfinished {
  readonly uploads: readonly StagedUpload[];
  readonly copies: readonly Copy[];
  /** The staging folders that were read. */
  readonly folders: readonly string[];
}

function linesOf({ uploads, copies, folders }: Unfinished): readonly string[] {
  if (uploads.length + copies.length === 0) {
    const looked = folders.map(printable).join(" and ");
    return [`everything that was written is in BaseSpace, according to ${looked}`];
  }
  const head = ["STATE", "PROCESS", "SIZE", "WRITTEN (UTC)", "BELONGS TO", "BYTES IN"];
  return [
    ...table([head, ...uploads.map(stagedRow), ...copies.map(copyRow)], new Set([2])),
    ...notesOn(uploads, copies),
  ];
}

function stagedRow(upload: StagedUpload): readonly string[] {
  const { isLive, pid, host, sizeBytes, modified, resultFile, file } = upload;
  const where = host === undefined ? "" : ` on ${printable(host)}`;
  return [
    stagedState(upload),
    isLive ? `${pid ?? "?"}${where}` : "-",
    formatBytes(sizeBytes),
    dateText(modified),
    resultFile === undefined ? "?" : printable(shownPathOf(resultFile)),
    printable(file),
  ];
}

function stagedState({ isLive, why, resultFile, state }: StagedUpload): string {
  if (!isLive) return "left behind";
  if (state === "interrupted") return "interrupted";
  if (why !== undefined) return "failed";
  if (state === "open") return "being written";
  const awaitsRename = resultFile !== undefined && stagedNameOf(resultFile.path).awaitsRename;
  return awaitsRename ? "awaiting rename" : "pending";
}

function copyRow({ pid, sizeBytes, begun, destination, journal }: Copy): readonly string[] {
  const path = /\/v1pre3\/(.*)$/.exec(destination)?.[1] ?? destination;
  return [
    pid === undefined ? "interrupted copy" : "being copied",
    pid === undefined ? "-" : String(pid),
    formatBytes(sizeBytes),
    dateText(begun),
    printable(path),
    printable(journal),
  ];
}

const LEFT_BEHIND =
  "Of the files that were left behind, the next mount, or bsmount uploads resume, uploads those that were closed. Where a reason is " +
  "given it cannot: copy the bytes to where they belong with bsmount cp, or to a new app result if that one is closed, " +
  "then remove the file.";

const INTERRUPTED =
  "An interrupted file may lack its end: write it again, remove it, open and close it to upload it as it is, or give " +
  "--upload-interrupted to bsmount complete.";

const COPY =
  "To continue an interrupted copy, give the same command again; to abandon it, remove the file of its journal.";

const AWAITING_RENAME =
  "A file that awaits a rename has a temporary name: rename it, or unmount with --upload-temporary or " +
  "--discard-temporary.";

function notesOn(uploads: readonly StagedUpload[], copies: readonly Copy[]): readonly string[] {
  const reasons = uploads.flatMap(({ why, file }) =>
    why === undefined ? [] : [`${printable(file)}  ${printable(why)}`],
  );
  if (uploads.some(({ isLive }) => !isLive)) reasons.push(LEFT_BEHIND);
  if (uploads.some((upload) => stagedState(upload) === "interrupted")) reasons.push(INTERRUPTED);
  if (uploads.some((upload) => stagedState(upload) === "awaiting rename"))
    reasons.push(AWAITING_RENAME);
  if (copies.some(({ pid }) => pid === undefined)) reasons.push(COPY);
  return reasons;
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

function toJson({
  isLive,
  modified,
  resultFile,
  state: content,
  ...upload
}: StagedUpload): Record<string, unknown> {
  return {
    state: upload.host === undefined ? (isLive ? "live" : "left") : "elsewhere",
    content,
    ...upload,
    modified: modified.toISOString(),
    ...resultFile,
    ...(resultFile === undefined ? {} : { belongsTo: shownPathOf(resultFile) }),
  };
}
