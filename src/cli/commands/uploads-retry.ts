import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { describeError } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import type { RetryOutcome } from "../../session/session-uploads.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { addOptions } from "../option-flags.ts";
import { printLine } from "../output.ts";
import { findUploads, type FindOptions, type FoundUpload } from "../uploads/find-uploads.ts";
import { printReports, reportLeft, reportOf, type UploadReport } from "../uploads/left-uploads.ts";
import { distinctUploads, findOptions, namedUploads, nameOf } from "../uploads/named-uploads.ts";
import { waitingLine } from "../waiting-line.ts";
import { PATH_HELP } from "./uploads-wait.ts";

/** Attempts at a time; the mount bounds what it sends. */
const PARALLEL = 8;

/** `uploads retry`: tries failed uploads again, now. */
export function uploadsRetryCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("retry")
    .description("try failed uploads of live mounts again, all of them or those at the paths")
    .argument("[path...]", PATH_HELP)
    .option("--json", "machine output: an array of files");
  return addOptions(bare, ["stateDir"]).action(async (paths, flags) => {
    onResult(await retry(paths, flags, context));
  });
}

async function retry(
  paths: readonly string[],
  flags: GivenOptions & { readonly json?: true },
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const uploads = await uploadsToRetry(paths, options);
  const left: FoundUpload[] = [];
  const reports: UploadReport[] = [];
  {
    using waiting = waitingLine();
    await inParallel(
      uploads,
      { limit: PARALLEL, signal: options.signal },
      async (upload, signal) => {
        const outcome = await retryOne(upload, { signal, onProgress: waiting.show });
        if (typeof outcome === "string") reports.push(reportOf(withoutReason(upload), outcome));
        else left.push(outcome);
      },
    );
  }
  if (flags.json === true) printReports([...reports, ...left.map((upload) => reportOf(upload))]);
  else for (const report of reports) printLine(`${WORDS[report.outcome]}: ${nameOf(report)}`);
  if (uploads.length === 0 && flags.json !== true) printLine("no upload has failed");
  return reportLeft(left);
}

const WORDS: Readonly<Record<string, string>> = {
  complete: "in BaseSpace",
  removed: "removed meanwhile",
} satisfies Record<Extract<RetryOutcome, string>, string>;

async function uploadsToRetry(
  paths: readonly string[],
  options: FindOptions,
): Promise<readonly FoundUpload[]> {
  if (paths.length > 0) return distinctUploads(await namedUploads(paths, options));
  const { uploads, failures } = await findUploads(options);
  if (failures.length > 0) throw failures[0];
  return uploads.filter(({ state, mount }) => state === "failed" && mount !== undefined);
}

type Attempt = Parameters<NonNullable<FoundUpload["mount"]>["retry"]>[1];

/** A file that no mount has, or that cannot be tried, is returned as it is. */
async function retryOne(
  upload: FoundUpload,
  attempt: Attempt,
): Promise<FoundUpload | Extract<RetryOutcome, string>> {
  const { mount, file, state } = upload;
  if (mount === undefined || state !== "failed") return upload;
  try {
    const outcome = await mount.retry(file, attempt);
    if (typeof outcome === "string") return outcome;
    return { ...upload, ...outcome, isFinal: outcome.isFinal === true };
  } catch (error) {
    attempt.signal.throwIfAborted();
    return { ...upload, why: describeError(error) };
  }
}

function withoutReason({ why: _why, ...upload }: FoundUpload): FoundUpload {
  return upload;
}
