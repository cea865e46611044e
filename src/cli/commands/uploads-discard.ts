import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError, describeError, reasonOf } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import { discardLeftover } from "../../write/ended-folder.ts";
import type { GiveUpOutcome } from "../../write/giving-up.ts";
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
    .argument("<path...>", PATH_HELP)
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
  const uploads = distinctUploads(await namedUploads(paths, options));
  if (flags.yes !== true && !(await isConfirmed(uploads, flags, options.signal))) {
    printLine("nothing was discarded");
    return EXIT.failed;
  }
  const reports: UploadReport[] = [];
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

/** @throws BsmountError `usage` where nobody can be asked */
async function isConfirmed(
  uploads: readonly FoundUpload[],
  { json }: DiscardFlags,
  signal: AbortSignal,
): Promise<boolean> {
  const count = uploads.length === 1 ? "1 file" : `${uploads.length} files`;
  if (json === true || !canPrompt()) {
    throw new BsmountError("usage", `${count} would be lost, and there is no terminal to ask`, {
      remedy: "give --yes; bsmount uploads export copies the bytes before",
    });
  }
  const named = uploads
    .slice(0, MOST_NAMED)
    .map((upload) => `  ${nameOf(upload)} (${formatBytes(upload.sizeBytes)}, ${upload.state})`);
  if (uploads.length > MOST_NAMED) named.push(`  and ${uploads.length - MOST_NAMED} more`);
  const question = `${named.join("\n")}\nRemove ${count} that BaseSpace does not have? [y/N] `;
  return /^y(es)?$/i.test(await prompt(question, signal));
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
