import { dirname, resolve } from "node:path";
import process from "node:process";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { defaultFolders } from "../../config/folders.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import {
  findMount,
  listMounts,
  type MountStatus,
  otherMounts,
  unmountAt,
  type UnmountOutcome,
} from "../../mount/mount.ts";
import { resolveFolders } from "../../config/config.ts";
import { stagingFoldersOf, whiteoutsFolderIn } from "../../session/open-staging.ts";
import { leftoversNotice } from "../leftovers.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import {
  addTemporaryNameOptions,
  temporaryFilesPolicy,
  type TemporaryNameFlags,
} from "../temporary-name-flags.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { statusLines } from "../status-lines.ts";
import { waitingLine } from "../waiting-line.ts";
import { removedNotice } from "./uploads-removed.ts";

interface UnmountFlags extends TemporaryNameFlags {
  readonly all?: true;
  readonly lazy?: true;
  readonly wait: boolean;
}

export function unmountCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("unmount")
    .alias("umount")
    .description("unmount, once everything that was written is uploaded")
    .argument("[mountpoint]", "the mount to unmount; not with --all")
    .option("--all", "unmount all your mounts that bsmount status lists with a process")
    .option("--lazy", "detach it even if it is in use, or its process does not respond")
    .option("--no-wait", "do not wait for uploads, nor until the mount's process has ended");
  return addTemporaryNameOptions(command).action(async (path, flags) => {
    const mountPoint = parseMountPoint(path, flags);
    // When the shell is inside the mount, this process would be a holder, too.
    process.chdir("/");
    onResult(
      await (mountPoint === undefined
        ? unmountAll(flags, context)
        : unmount(mountPoint, flags, context)),
    );
  });
}

/** Undefined for all mounts. @throws BsmountError `usage` unless either a mount point or --all is given */
function parseMountPoint(path: string | undefined, { all }: UnmountFlags): string | undefined {
  if (path === undefined && all !== true) {
    throw new BsmountError("usage", "unmount needs to know which mount", {
      remedy: "bsmount unmount MOUNTPOINT, or bsmount unmount --all",
    });
  }
  if (path === undefined) return undefined;
  if (all !== true) return resolve(path);
  throw new BsmountError("usage", `unmount --all takes no mount point, and ${path} was given`, {
    remedy: "leave out one of the two",
  });
}

/**
 * Unmounts all mounts, one after the other, and prints what becomes of each. A failure does not stop the others, and
 * the highest exit code counts.
 */
async function unmountAll(flags: UnmountFlags, context: CommandContext): CommandResult {
  const { environment, signal } = context;
  const { runtime } = defaultFolders(environment);
  const mounts = await listMounts(runtime, signal);
  const attached = mounts.filter(({ isDetached }) => isDetached !== true);
  if (attached.length === 0) printLine("nothing is mounted");
  let worst: number = EXIT.done;
  for (const { mountPoint } of attached) {
    try {
      worst = Math.max(worst, await unmount(mountPoint, flags, context));
      printLine(`unmounted ${printable(mountPoint)}`);
    } catch (error) {
      signal.throwIfAborted();
      printError(error);
      worst = Math.max(worst, exitCodeOf(reasonOf(error)));
    }
  }
  // These are dead, or were made with other folders, so --all does not include them.
  const left = (await otherMounts(attached, signal)).filter(({ state }) => state !== "unknown");
  for (const line of statusLines([], left)) printWarning(`left alone: ${line}`);
  return worst;
}

/** Exits with 3 when it is unmounted, and files that were written are not in BaseSpace. */
async function unmount(
  mountPoint: string,
  flags: UnmountFlags,
  { environment, signal }: CommandContext,
): CommandResult {
  const { lazy = false, wait } = flags;
  const runtimeFolder = defaultFolders(environment).runtime;
  const { entry } = await findMount(mountPoint, runtimeFolder);
  using waiting = waitingLine();
  const outcome = await unmountAt(
    mountPoint,
    {
      runtimeFolder,
      lazy,
      wait,
      temporaryFiles: temporaryFilesPolicy(flags),
      onProgress: waiting.show,
      onNotice: printWarning,
    },
    signal,
  );
  const { open, left, wasDead, isUsed, notCompleted = [] } = outcome;
  const notice = wasDead
    ? await leftoversNotice(stagingFoldersOf(resolveFolders({}, environment)))
    : undefined;
  const isDone = open.length + left.length + notCompleted.length === 0 && notice === undefined;
  // A refusal has the same exit code, and leaves the mount where it is.
  if (!isDone) {
    const end = isUsed ? "detached" : "unmounted";
    printWarning(`${printable(mountPoint)} is ${end}, but not everything is done:`);
  }
  printOutcome(outcome);
  if (notice !== undefined) printWarning(notice);
  if (entry !== undefined) await noteRemoved(entry.record.status);
  return isDone ? EXIT.done : EXIT.uploadsLeft;
}

function printOutcome({ open, left, completed = [], notCompleted = [] }: UnmountOutcome): void {
  if (open.length > 0)
    printWarning(`still open for writing, and uploaded when closed: ${open.join(", ")}`);
  if (left.length > 0) {
    printWarning(
      `not uploaded: ${left.join(", ")}; bsmount uploads list shows where the bytes are`,
    );
  }
  for (const path of completed) printLine(`${printable(path)} is Complete`);
  for (const { path, why } of notCompleted)
    printWarning(`${printable(path)} was not completed: ${printable(why)}`);
}

/** What was removed since the mount began stays in BaseSpace. */
async function noteRemoved({ stagingDir, stateDir, since }: MountStatus): Promise<void> {
  const folder = whiteoutsFolderIn({ state: stateDir ?? dirname(stagingDir) });
  const notice = await removedNotice(folder, ({ removed }) => removed >= new Date(since));
  if (notice !== undefined) printLine(notice);
}
