import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { describeError } from "../../core/errors.ts";
import { printable } from "../../core/terminal-text.ts";
import type { Session } from "../../session/session.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { leftoversNotice } from "../leftovers.ts";
import { addOptions, CONNECTION_OPTIONS, FOLDER_OPTIONS } from "../option-flags.ts";
import { printLine, printWarning } from "../output.ts";
import { resolveFolders } from "../../config/config.ts";
import { stagingFoldersOf } from "../../session/open-staging.ts";
import type { StagingFolders } from "../../write/staging-folders.ts";
import { openRemoteSession } from "../remote-session.ts";
import { findUploads, type FoundUpload } from "../uploads/find-uploads.ts";
import {
  nothingFound,
  printReports,
  reportLeft,
  reportOf,
  warnOfMissing,
} from "../uploads/left-uploads.ts";
import { findOptions } from "../uploads/named-uploads.ts";
import { waitingLine } from "../waiting-line.ts";

const POLL_MS = 500;

/** `uploads resume`: uploads what ended mounts left behind, without a mount. */
export function uploadsResumeCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("resume")
    .description("upload what ended mounts left behind; the next mount does the same")
    .option(
      "--interrupted",
      "also files that were not closed, as they are: their end may be missing",
    )
    .option("--commit", "also files that were closed in write mode commit")
    .option("--json", "machine output: an array of the files that are left");
  return addOptions(bare, [...CONNECTION_OPTIONS, ...FOLDER_OPTIONS, "verifyUploads"]).action(
    async (flags) => {
      onResult(await resume(flags, context));
    },
  );
}

interface ResumeFlags extends GivenOptions {
  readonly interrupted?: true;
  readonly commit?: true;
  readonly json?: true;
}

async function resume(flags: ResumeFlags, context: CommandContext): CommandResult {
  const folders = stagingFoldersOf(resolveFolders(flags, context.environment));
  const before = await countLeft(folders);
  const unfinished = await uploadLeftovers(flags, context);
  const uploaded = before - (await countLeft(folders));
  const prints = flags.json !== true;
  if (!prints) printReports((await leftUploads(flags, context)).map((upload) => reportOf(upload)));
  if (prints && uploaded > 0)
    printLine(`uploaded ${uploaded === 1 ? "1 file" : `${uploaded} files`}`);
  for (const line of unfinished) printWarning(`not uploaded: ${printable(line)}`);
  const notice = await leftoversNotice(folders);
  const ofLive = (await leftUploads(flags, context)).filter(({ mount }) => mount !== undefined);
  const exitCode = reportLeft(ofLive);
  const missing = await warnOfMissing(folders);
  if (notice !== undefined) {
    printWarning(notice);
    return EXIT.uploadsLeft;
  }
  const isNothing = uploaded <= 0 && ofLive.length === 0;
  if (prints && isNothing)
    printLine(nothingFound("ended mounts have left nothing behind", missing));
  return exitCode;
}

/** What ended mounts have left, also where a live one has taken it over and cannot upload it. */
async function leftUploads(
  flags: ResumeFlags,
  context: CommandContext,
): Promise<readonly FoundUpload[]> {
  const { uploads } = await findUploads(findOptions(flags, context));
  return uploads.filter(({ state }) => state === "left behind");
}

async function countLeft(folders: StagingFolders): Promise<number> {
  return (await folders.uploads()).filter(({ isLive }) => !isLive).length;
}

/** Returns what could not be uploaded, a file each, with the reason. */
async function uploadLeftovers(
  flags: ResumeFlags,
  context: CommandContext,
): Promise<readonly string[]> {
  await using session = await openRemoteSession(flags, context, { adoptsLeftovers: true });
  using waiting = waitingLine();
  const timer = setInterval(() => waiting.show(session.unfinishedFiles()), POLL_MS);
  try {
    if (flags.interrupted === true) await session.closeInterrupted();
    if (flags.commit === true) await session.commitUploads();
    await session.finishUploads(context.signal);
  } catch (error) {
    // What is under way stays in staging.
    session.hurry();
    context.signal.throwIfAborted();
    if (describeUnfinished(session).length === 0) return [describeError(error)];
  } finally {
    clearInterval(timer);
  }
  return describeUnfinished(session);
}

function describeUnfinished(session: Session): readonly string[] {
  const { awaitingCommit, awaitingRename, failed, interrupted } = session.unfinishedFiles();
  return [
    ...failed,
    ...awaitingRename.map((path) => `${path} (its name is a temporary one)`),
    ...awaitingCommit.map((path) => `${path} (it awaits a commit: give --commit)`),
    ...interrupted.map((path) => `${path} (interrupted: give --interrupted to upload it as it is)`),
  ];
}
