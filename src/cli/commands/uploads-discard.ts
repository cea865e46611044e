import { resolve } from "node:path";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError, describeError, reasonOf } from "../../core/errors.ts";
import { printable } from "../../core/terminal-text.ts";
import { formatBytes } from "../../core/units.ts";
import { discardLeftover } from "../../write/ended-folder.ts";
import type { GiveUpOutcome } from "../../write/giving-up.ts";
import type { StagingFolders } from "../../write/staging-folders.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { addOptions, FOLDER_OPTIONS } from "../option-flags.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { canPrompt, prompt } from "../sign-in/prompt.ts";
import type { FoundUpload } from "../uploads/find-uploads.ts";
import { printReports, reportOf, type UploadReport } from "../uploads/left-uploads.ts";
import { distinctUploads, findOptions, namedUploads, nameOf } from "../uploads/named-uploads.ts";
import { PATH_HELP } from "./uploads-wait.ts";

/** More are only counted in the question. */
const MOST_NAMED = 10;

/** `uploads discard`: gives files up that BaseSpace does not have. */
export function uploadsDiscardCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("discard")
    .description("remove files that BaseSpace does not have; their bytes are lost")
    .argument("<path...>", `${PATH_HELP}; or a staging folder that is gone for good`)
    .option("--yes", "do not ask")
    .option("--json", "machine output: an array of files; needs --yes");
  return addOptions(bare, FOLDER_OPTIONS).action(async (paths, flags) => {
    onResult(await discard(paths, flags, context));
  });
}

interface DiscardFlags extends GivenOptions {
  readonly yes?: true;
  readonly json?: true;
}

/** A file that cannot be discarded does not keep the others; the highest exit code counts. */
async function discard(
  paths: readonly string[],
  flags: DiscardFlags,
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const { stagingFolders } = options;
  const missing = new Set(await stagingFolders.missing());
  const gone = [...new Set(paths.map((path) => resolve(path)))].filter((path) => missing.has(path));
  const others = paths.filter((path) => !missing.has(resolve(path)));
  const uploads = distinctUploads(await namedUploads(others, options));
  if (flags.yes !== true && !(await isConfirmed({ uploads, gone }, flags, options.signal))) {
    printLine("nothing was discarded");
    return EXIT.failed;
  }
  const reports: UploadReport[] = [];
  for (const folder of gone) reports.push(await forgetFolder(folder, stagingFolders, flags));
  let worst: number = EXIT.done;
  for (const upload of uploads) {
    try {
      const outcome = await discardOne(upload, options.signal);
      reports.push(reportOf(upload, outcome));
      if (flags.json !== true) printOutcome(upload, outcome);
      if (outcome === "complete") worst = Math.max(worst, EXIT.failed);
    } catch (error) {
      options.signal.throwIfAborted();
      printError(error);
      reports.push({ ...reportOf(upload, "left"), why: describeError(error) });
      worst = Math.max(worst, exitCodeOf(reasonOf(error)));
    }
  }
  if (flags.json === true) printReports(reports);
  return worst;
}

/** Of a staging folder that is not there: from now on nothing searches it, or waits for it. */
async function forgetFolder(
  folder: string,
  stagingFolders: StagingFolders,
  { json }: DiscardFlags,
): Promise<UploadReport> {
  await stagingFolders.forget(folder);
  if (json !== true) printLine(`forgot the staging folder ${printable(folder)}`);
  return { file: folder, sizeBytes: 0, outcome: "forgotten" };
}

interface Discarded {
  readonly uploads: readonly FoundUpload[];
  /** Staging folders that are not there. */
  readonly gone: readonly string[];
}

/** @throws BsmountError `usage` where nobody can be asked */
async function isConfirmed(
  { uploads, gone }: Discarded,
  { json }: DiscardFlags,
  signal: AbortSignal,
): Promise<boolean> {
  const lost = lostOf({ uploads, gone });
  if (json === true || !canPrompt()) {
    throw new BsmountError("usage", `${lost} would be lost, and there is no terminal to ask`, {
      remedy: "give --yes; bsmount uploads export copies the bytes of files before",
    });
  }
  const named = [
    ...gone.map((folder) => `  ${printable(folder)} (what was staged there cannot be found later)`),
    ...uploads.map(
      (upload) => `  ${nameOf(upload)} (${formatBytes(upload.sizeBytes)}, ${upload.state})`,
    ),
  ];
  const more = named.length - MOST_NAMED;
  const shown = [...named.slice(0, MOST_NAMED), ...(more > 0 ? [`  and ${more} more`] : [])];
  const question = `${shown.join("\n")}\nRemove ${lost}? [y/N] `;
  return /^y(es)?$/i.test(await prompt(question, signal));
}

function lostOf({ uploads, gone }: Discarded): string {
  const files = uploads.length === 1 ? "1 file" : `${uploads.length} files`;
  const folders = gone.length === 1 ? "1 staging folder" : `${gone.length} staging folders`;
  return [
    ...(uploads.length === 0 ? [] : [`${files} that BaseSpace does not have`]),
    ...(gone.length === 0 ? [] : [`the record of ${folders} that cannot be found`]),
  ].join(", and ");
}

async function discardOne(upload: FoundUpload, signal: AbortSignal): Promise<GiveUpOutcome> {
  const { mount, file, staged } = upload;
  if (mount !== undefined) return await mount.discard(file, signal);
  if (staged?.isLive === true) throw otherProcessError(upload);
  await discardLeftover(file);
  return "removed";
}

function printOutcome(upload: FoundUpload, outcome: GiveUpOutcome): void {
  const name = nameOf(upload);
  if (outcome === "complete") {
    printWarning(`not discarded: ${name}: BaseSpace had completed it before its upload was ended`);
    return;
  }
  printLine(`discarded ${name}`);
  if (outcome === "in-doubt") {
    printWarning(`${name} was being completed: its folder shows whether BaseSpace has it`);
  }
}

function otherProcessError(upload: FoundUpload): BsmountError {
  const { pid, host } = upload.staged ?? {};
  const where = host === undefined ? "" : ` on ${host}`;
  const problem = `cannot discard ${nameOf(upload)}: process ${pid ?? "?"}${where} has it`;
  return new BsmountError("busy", problem, { remedy: "wait until that process has ended" });
}
