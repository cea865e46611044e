import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { describeError } from "../../core/errors.ts";
import { withIndexes } from "../../core/index-files.ts";
import { inParallel } from "../../core/parallel.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { addOptions } from "../option-flags.ts";
import { printLine } from "../output.ts";
import { findUploads, type FindOptions, type FoundUpload } from "../uploads/find-uploads.ts";
import { printReports, reportLeft, reportOf, type UploadReport } from "../uploads/left-uploads.ts";
import { distinctUploads, findOptions, namedUploads, nameOf } from "../uploads/named-uploads.ts";
import { waitingLine } from "../waiting-line.ts";
import { PATH_HELP } from "./uploads-wait.ts";

/** Files at a time; the mount bounds what it sends. */
const PARALLEL = 8;

/** `uploads commit`: finishes files that were closed in write mode `commit`. */
export function uploadsCommitCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("commit")
    .description(
      "finish files of live mounts that await a commit, all of them or those at the paths",
    )
    .argument("[path...]", PATH_HELP)
    .option("--json", "machine output: an array of files");
  return addOptions(bare, ["stateDir"]).action(async (paths, flags) => {
    onResult(await commit(paths, flags, context));
  });
}

async function commit(
  paths: readonly string[],
  flags: GivenOptions & { readonly json?: true },
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const uploads = await uploadsToCommit(paths, options);
  const left: FoundUpload[] = [];
  const reports: UploadReport[] = [];
  {
    using waiting = waitingLine();
    // An index is never older than its data.
    const groups = withIndexes(uploads, ({ path, file }) => path ?? file);
    const { signal } = options;
    await inParallel(groups, { limit: PARALLEL, signal }, async ({ data, indexes }, inner) => {
      for (const upload of [data, ...indexes]) {
        const outcome = await commitOne(upload, { signal: inner, onProgress: waiting.show });
        if (typeof outcome === "string") reports.push(reportOf(upload, outcome));
        else left.push(outcome);
      }
    });
  }
  if (flags.json === true) printReports([...reports, ...left.map((upload) => reportOf(upload))]);
  else for (const report of reports) printLine(`${WORDS[report.outcome]}: ${nameOf(report)}`);
  if (uploads.length === 0 && flags.json !== true) printLine("no file awaits a commit");
  return reportLeft(left);
}

const WORDS: Readonly<Record<string, string>> = {
  complete: "in BaseSpace",
  removed: "removed meanwhile",
};

async function uploadsToCommit(
  paths: readonly string[],
  options: FindOptions,
): Promise<readonly FoundUpload[]> {
  if (paths.length > 0) return distinctUploads(await namedUploads(paths, options));
  const { uploads, failures } = await findUploads(options);
  if (failures.length > 0) throw failures[0];
  return uploads.filter(({ state }) => state === "awaiting commit");
}

type Attempt = Parameters<NonNullable<FoundUpload["mount"]>["commit"]>[1];

/** A file that no mount has, or that cannot be finished, is returned as it is. */
async function commitOne(
  upload: FoundUpload,
  attempt: Attempt,
): Promise<FoundUpload | "complete" | "removed"> {
  const { mount, file } = upload;
  if (mount === undefined) return upload;
  try {
    const outcome = await mount.commit(file, attempt);
    if (typeof outcome === "string") return outcome;
    return { ...upload, ...outcome, isFinal: outcome.isFinal === true };
  } catch (error) {
    attempt.signal.throwIfAborted();
    return { ...upload, why: describeError(error) };
  }
}
