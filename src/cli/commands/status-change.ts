import { Command, type OptionValues } from "@commander-js/extra-typings";
import { defaultFolders, type Folders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { setStatusAt } from "../../mount/mount.ts";
import type { CommandContext, CommandFactory, CommandResult } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import {
  addTemporaryNameOptions,
  temporaryFilesPolicy,
  type TemporaryNameFlags,
} from "../temporary-name-flags.ts";
import { addOptions, CONNECTION_OPTIONS } from "../option-flags.ts";
import { printJson, printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { isRemote, remoteNames } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import type { StatusOutcome } from "../../session/status-outcome.ts";
import type { UnfinishedFilesPolicy } from "../../session/temporary-files-policy.ts";
import { findUploads, type FoundUpload } from "../uploads/find-uploads.ts";
import { reportLeft, warnOfMissing } from "../uploads/left-uploads.ts";
import { findOptions } from "../uploads/named-uploads.ts";
import { waitingLine } from "../waiting-line.ts";
import { removedNotice } from "./uploads-removed.ts";
import { resolveFolders } from "../../config/config.ts";
import { whiteoutsFolderIn } from "../../session/open-staging.ts";

interface StatusCommand {
  readonly name: string;
  readonly description: string;
  readonly status: string;
  /** After it the result takes no more files, so the files under temporary names need a decision. */
  readonly isLast: boolean;
}

const COMMANDS: readonly StatusCommand[] = [
  {
    name: "complete",
    description:
      "mark an app result, and all others of its session, complete: they take no more files",
    status: "Complete",
    isLast: true,
  },
  {
    name: "abort",
    description:
      "mark an app result, and all others of its session, aborted: they take no more files",
    status: "Aborted",
    isLast: true,
  },
  {
    name: "needs-attention",
    description: "mark an app result for a person to look at",
    status: "NeedsAttention",
    isLast: false,
  },
];

/** `complete`, `abort` and `needs-attention`: the status of an app result, once its files are finished. */
export const statusChangeCommands: readonly CommandFactory[] = COMMANDS.map(
  ({ name, description, status, isLast }) =>
    ({ context, onResult }) => {
      const command = new Command(name)
        .description(description)
        .argument("<path>", "the app result, or anything in it: in a mount, or bs:/projects/…")
        .option("--summary <text>", "a sentence for the people who look at it")
        .option("--json", "machine output: the app result, and those that have ended with it");
      const withOptions = addOptions(
        isLast ? addUnfinishedFileOptions(command) : command,
        CONNECTION_OPTIONS,
      );
      return withOptions.action(async (path, flags) => {
        onResult(await changeStatus(path, { status, flags }, context));
      });
    },
);

function addUnfinishedFileOptions<Flags extends OptionValues>(
  command: Command<[string], Flags>,
): Command<[string], Flags & TemporaryNameFlags & { readonly uploadInterrupted?: true }> {
  command.option(
    "--upload-interrupted",
    "upload files as they are whose writer, or mount, ended before it closed them",
  );
  return addTemporaryNameOptions(command);
}

interface StatusChangeFlags extends GivenOptions, TemporaryNameFlags {
  readonly summary?: string;
  readonly uploadInterrupted?: true;
  readonly json?: true;
}

async function changeStatus(
  path: string,
  { status, flags }: { readonly status: string; readonly flags: StatusChangeFlags },
  context: CommandContext,
): CommandResult {
  const { summary } = flags;
  const temporaryFiles = temporaryFilesPolicy(flags);
  const uploadsInterrupted = flags.uploadInterrupted === true;
  const policies = { temporaryFiles, uploadsInterrupted };
  const change: Change = { status, ...policies, ...(summary === undefined ? {} : { summary }) };
  const outcome = isRemote(path)
    ? await changeInBaseSpace(path, change, flags, context)
    : await changeInMount(path, change, context);
  if (flags.json === true) printJson({ ...outcome, status });
  else await printOutcome(outcome, status, resolveFolders(flags, context.environment));
  const options = findOptions(flags, context);
  await warnOfMissing(options.stagingFolders);
  // Such as a file whose upload failed for good, because the result was completed from another place before.
  const { uploads } = await findUploads(options);
  const ended = [outcome.path, ...outcome.others];
  const failed = uploads.filter((upload) => ended.some((path) => isFailedIn(upload, path)));
  reportLeft(failed);
  return failed.length === 0 ? EXIT.done : EXIT.uploadsLeft;
}

/** An error names no more than this either. */
const MOST_NAMED = 10;

async function printOutcome(
  { path, others }: StatusOutcome,
  status: string,
  folders: Folders,
): Promise<void> {
  printLine(`${printable(path)} is ${status}`);
  for (const other of others.slice(0, MOST_NAMED))
    printLine(`${printable(other)} is ${status}, too: it is in the same session`);
  const more = others.length - MOST_NAMED;
  if (more > 0) printLine(`and so are ${more} more of that session: --json names all of them`);
  const notice = await removedNotice(whiteoutsFolderIn(folders), ({ resultPath }) =>
    [path, ...others].some((each) => each.endsWith(resultPath)),
  );
  if (notice !== undefined) printLine(notice);
}

/** Whether it is a file of the app result whose upload failed: it can no longer get into a result that has ended. */
function isFailedIn({ path = "", state }: FoundUpload, appResultPath: string): boolean {
  const [, ...names] = path.split("/");
  const resultPath = `/${names.slice(0, 4).join("/")}`;
  return state === "failed" && names.length > 4 && appResultPath.endsWith(resultPath);
}

interface Change extends UnfinishedFilesPolicy {
  readonly status: string;
  readonly summary?: string;
}

async function changeInBaseSpace(
  path: string,
  change: Change,
  flags: GivenOptions,
  context: CommandContext,
): Promise<StatusOutcome> {
  const remotePath = `/${remoteNames(path).join("/")}`;
  await using session = await openRemoteSession(flags, context);
  return await session.setStatus(remotePath, change, context.signal);
}

async function changeInMount(
  path: string,
  change: Change,
  { environment, signal }: CommandContext,
): Promise<StatusOutcome> {
  const runtimeFolder = defaultFolders(environment).runtime;
  using waiting = waitingLine();
  return await setStatusAt(path, { runtimeFolder, ...change, onProgress: waiting.show }, signal);
}
