import { resolve } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { listMounts, otherMounts, unmountAt } from "../../mount/index.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { addHeldOptions, heldFiles } from "../held-flags.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { statusLines } from "../status-lines.ts";
import { waitingLine } from "../waiting-line.ts";

interface UnmountFlags {
  readonly all?: boolean;
  readonly lazy?: boolean;
  readonly wait: boolean;
  readonly uploadTemporary?: boolean;
  readonly discardTemporary?: boolean;
}

export function unmountCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("unmount")
    .alias("umount")
    .description("take a mount down, when what was written is uploaded")
    .argument("[mountpoint]", "the mount to take down; not with --all")
    .option("--all", "take down every mount of yours that bsmount status lists with its process")
    .option("--lazy", "detach it though somebody still uses it, or its process does not answer")
    .option("--no-wait", "wait neither for uploads nor until the mount's process has ended");
  addHeldOptions(command);
  return command.action(async (place: string | undefined, flags: UnmountFlags) => {
    const mountPoint = checkedPlace(place, flags);
    // Asked for from inside the mount, this process would be one that uses it.
    process.chdir("/");
    onResult(
      await (mountPoint === undefined
        ? unmountAll(flags, context)
        : unmount(mountPoint, flags, context)),
    );
  });
}

/** Undefined for all mounts. @throws BsmountError `usage` when the command line names none, or both */
function checkedPlace(
  place: string | undefined,
  { all = false }: UnmountFlags,
): string | undefined {
  if (place === undefined && !all) {
    throw new BsmountError("usage", "unmount needs to know which mount", {
      remedy: "bsmount unmount MOUNTPOINT, or bsmount unmount --all",
    });
  }
  if (place === undefined) return undefined;
  if (!all) return resolve(place);
  throw new BsmountError("usage", `unmount --all takes no mount point, and ${place} was given`, {
    remedy: "leave out one of the two",
  });
}

/**
 * Takes down one mount after the other, and says what became of each; one that stays does not keep the others.
 * The highest exit code counts.
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
  // Nobody knows whether those are wanted: they are dead, or were made with other folders.
  const left = (await otherMounts(attached, signal)).filter(({ state }) => state !== "unknown");
  for (const line of statusLines([], left)) printWarning(`left alone: ${line}`);
  return left.some(({ state }) => state === "live") ? Math.max(worst, EXIT.failed) : worst;
}

/** Exits with 3 when something that was written is not in BaseSpace. */
async function unmount(
  mountPoint: string,
  flags: UnmountFlags,
  { environment, signal }: CommandContext,
): CommandResult {
  const { lazy = false, wait } = flags;
  using waiting = waitingLine();
  const { open, left } = await unmountAt(
    mountPoint,
    {
      runtimeFolder: defaultFolders(environment).runtime,
      lazy,
      wait,
      held: heldFiles(flags),
      onProgress: waiting.show,
      onNotice: printWarning,
    },
    signal,
  );
  if (open.length > 0)
    printWarning(`still written, and uploaded when it is closed: ${open.join(", ")}`);
  if (left.length > 0) {
    printWarning(
      `not uploaded: ${left.join(", ")}; bsmount uploads list shows where the bytes are`,
    );
  }
  return open.length + left.length === 0 ? EXIT.done : EXIT.uploadsLeft;
}
