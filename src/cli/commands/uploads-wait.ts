import { setTimeout as sleep } from "node:timers/promises";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { reasonOf } from "../../core/errors.ts";
import type { UploadProgress } from "../../session/session-uploads.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, FOLDER_OPTIONS, valueParser } from "../option-flags.ts";
import { printLine, printWarning } from "../output.ts";
import {
  findUploads,
  type FindOptions,
  type FoundUpload,
  type FoundUploads,
} from "../uploads/find-uploads.ts";
import {
  nothingFound,
  printReports,
  reportLeft,
  reportOf,
  warnOfMissing,
} from "../uploads/left-uploads.ts";
import { findOptions, nameOf } from "../uploads/named-uploads.ts";
import { parseUploadPaths } from "../uploads/upload-paths.ts";
import { type WaitingLine, waitingLine } from "../waiting-line.ts";

const POLL_MS = 500;
/** After as many the mounts and the folders are searched again. */
const POLLS = 20;

/** `uploads wait`: until BaseSpace has what was written. */
export function uploadsWaitCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("wait")
    .description("wait until BaseSpace has everything that was written, or what is at the paths")
    .argument("[path...]", PATH_HELP)
    .option(
      "--timeout <duration>",
      "give up after this time, with exit code 3 (default: none)",
      valueParser("timeout"),
    )
    .option("--json", "machine output: an array of the files that are left");
  return addOptions(bare, FOLDER_OPTIONS).action(async (paths, flags) => {
    onResult(await wait(paths, flags, context));
  });
}

export const PATH_HELP =
  "a file, or what is above it: in a mount, bs:/projects/…, or as bsmount uploads list prints it";

interface WaitFlags extends GivenOptions {
  readonly json?: true;
}

async function wait(
  given: readonly string[],
  flags: WaitFlags & { readonly timeout?: number },
  context: CommandContext,
): CommandResult {
  const { signal } = context;
  const options = findOptions(flags, context);
  const paths =
    given.length === 0 ? {} : { paths: await parseUploadPaths(given, options.runtimeFolder) };
  const until = flags.timeout === undefined ? Infinity : Date.now() + flags.timeout;
  using waiting = waitingLine();
  for (;;) {
    const found = await findUploads({ ...options, ...paths });
    if (found.failures.length > 0) throw found.failures[0];
    const isDone = !found.uploads.some(isUnderWay);
    if (isDone || Date.now() >= until) return await finish(found.uploads, flags, options);
    await waitForMounts(found, { waiting, until, signal });
  }
}

/** Whether it will be uploaded without anything else that somebody has to do. */
function isUnderWay({ state, staged }: FoundUpload): boolean {
  // Whether a process of another machine still runs cannot be seen from here.
  if (staged?.host !== undefined) return false;
  return state === "being written" || state === "pending" || state === "uploading";
}

interface Waiting {
  readonly waiting: WaitingLine;
  /** In milliseconds since 1970. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Returns when the mounts have nothing under way, or after some time. */
async function waitForMounts(
  { asked }: FoundUploads,
  { waiting, until, signal }: Waiting,
): Promise<void> {
  for (let polls = 0; polls < POLLS && Date.now() < until; polls += 1) {
    const progress = await progressOf(asked, signal);
    const pending = progress.reduce((sum, each) => sum + each.pending + each.open, 0);
    waiting.show({ pending, leftBytes: progress.reduce((sum, each) => sum + each.leftBytes, 0) });
    await sleep(Math.min(POLL_MS, Math.max(0, until - Date.now())), undefined, { signal });
    if (pending === 0) return;
  }
}

async function progressOf(
  asked: FoundUploads["asked"],
  signal: AbortSignal,
): Promise<readonly UploadProgress[]> {
  const progress: UploadProgress[] = [];
  for (const [mount, path] of asked) {
    try {
      progress.push(await mount.progress(path, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (reasonOf(error) === "timeout") throw error;
      // It has ended: the search tells what it has left.
    }
  }
  return progress;
}

async function finish(
  uploads: readonly FoundUpload[],
  { json }: WaitFlags,
  { stagingFolders }: Pick<FindOptions, "stagingFolders">,
): CommandResult {
  const underWay = uploads.filter(isUnderWay);
  if (json === true) printReports(uploads.map((upload) => reportOf(upload)));
  for (const upload of underWay)
    printWarning(`not uploaded yet: ${nameOf(upload)} (${upload.state})`);
  const code = reportLeft(uploads.filter((upload) => !isUnderWay(upload)));
  const missing = await warnOfMissing(stagingFolders);
  if (uploads.length === 0 && json !== true)
    printLine(nothingFound("everything that was written is in BaseSpace", missing));
  return code === EXIT.done && underWay.length > 0 ? EXIT.uploadsLeft : code;
}
