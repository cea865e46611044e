import type { GivenOptions } from "../../config/option-values.ts";
import { describeError } from "../../core/errors.ts";
import { withIndexes } from "../../core/index-files.ts";
import { inParallel } from "../../core/parallel.ts";
import type { RetryOutcome } from "../../session/session-uploads.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { printLine } from "../output.ts";
import { waitingLine } from "../waiting-line.ts";
import { findUploads, type FindOptions, type FoundUpload } from "./find-uploads.ts";
import { printReports, reportLeft, reportOf, type UploadReport } from "./left-uploads.ts";
import { distinctUploads, findOptions, namedUploads, nameOf } from "./named-uploads.ts";

/** Files at a time; the mount bounds what it sends. */
const PARALLEL = 8;

/** What `uploads retry` and `uploads commit` do with the files that live mounts have. */
export interface FinishingCommand {
  /** The state of the files that it finishes. */
  readonly state: FoundUpload["state"];
  /** What it says if there are none. */
  readonly nothing: string;
  readonly method: "commit" | "retry";
}

const WORDS: Readonly<Record<string, string>> = {
  complete: "in BaseSpace",
  removed: "removed meanwhile",
} satisfies Record<Extract<RetryOutcome, string>, string>;

/** Finishes files of live mounts, all that are in the state of the command or those at the paths. */
export async function finishUploads(
  command: FinishingCommand,
  {
    paths,
    flags,
  }: {
    readonly paths: readonly string[];
    readonly flags: GivenOptions & { readonly json?: true };
  },
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const uploads = await uploadsToFinish(command, paths, options);
  const left: FoundUpload[] = [];
  const reports: UploadReport[] = [];
  {
    using waiting = waitingLine();
    // An index is never older than its data.
    const groups = withIndexes(uploads, ({ path, file }) => path ?? file);
    const { signal } = options;
    await inParallel(groups, { limit: PARALLEL, signal }, async ({ data, indexes }, inner) => {
      for (const upload of [data, ...indexes]) {
        const attempt = { signal: inner, onProgress: waiting.show };
        const outcome = await finishOne(command, upload, attempt);
        if (typeof outcome === "string") reports.push(reportOf(withoutReason(upload), outcome));
        else left.push(outcome);
      }
    });
  }
  if (flags.json === true) printReports([...reports, ...left.map((upload) => reportOf(upload))]);
  else for (const report of reports) printLine(`${WORDS[report.outcome]}: ${nameOf(report)}`);
  if (uploads.length === 0 && flags.json !== true) printLine(command.nothing);
  return reportLeft(left);
}

async function uploadsToFinish(
  command: FinishingCommand,
  paths: readonly string[],
  options: FindOptions,
): Promise<readonly FoundUpload[]> {
  if (paths.length > 0) return distinctUploads(await namedUploads(paths, options));
  const { uploads, failures } = await findUploads(options);
  if (failures.length > 0) throw failures[0];
  return uploads.filter(({ state, mount }) => state === command.state && mount !== undefined);
}

type Attempt = Parameters<NonNullable<FoundUpload["mount"]>["retry"]>[1];

/** A file that no mount has, or that is in another state, is returned as it is. */
async function finishOne(
  command: FinishingCommand,
  upload: FoundUpload,
  attempt: Attempt,
): Promise<FoundUpload | Extract<RetryOutcome, string>> {
  const { mount, file, state } = upload;
  if (mount === undefined || state !== command.state) return upload;
  try {
    const outcome = await mount[command.method](file, attempt);
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
