import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { defaultFolders } from "../../config/folders.ts";
import { findMount, listMounts, otherMounts, type MountPath } from "../../mount/mount.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printJson, printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { statusLines } from "../status-lines.ts";

export function statusCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  return new Command("status")
    .description("show what is mounted")
    .argument("[mountpoint]", "show only this mount")
    .option("--json", "machine output: an array of mounts")
    .action(async (mountPoint, flags) => {
      onResult(await status(mountPoint, flags.json === true, context));
    });
}

/** Exits with 1 when a mount point was named and bsmount has nothing mounted there. */
async function status(
  path: string | undefined,
  json: boolean,
  { environment, signal }: CommandContext,
): CommandResult {
  const runtimeFolder = defaultFolders(environment).runtime;
  const found = path === undefined ? undefined : await findMount(path, runtimeFolder);
  const all = await listMounts(runtimeFolder, signal);
  const mounts = all.filter((mount) => isWanted(mount.mountPoint, found?.path));
  if (json) printJson(mounts);
  else {
    const attached = all.filter(({ isDetached }) => isDetached !== true);
    const others = (await otherMounts(attached, signal)).filter((other) =>
      isWanted(other.mountPoint, found?.path),
    );
    for (const line of statusLines(mounts, others)) printLine(line);
    if (mounts.length + others.length === 0) printLine(nothingMounted(found));
  }
  const isMounted = mounts.some(({ isDetached }) => isDetached !== true);
  return found !== undefined && !isMounted ? EXIT.failed : EXIT.done;
}

function isWanted(mountPoint: string, wanted: string | undefined): boolean {
  return wanted === undefined || mountPoint === wanted;
}

function nothingMounted(found?: MountPath): string {
  if (found === undefined) return "nothing is mounted";
  const { path, mountPoint } = found;
  const where =
    mountPoint === undefined ? "" : `; it is inside the mount on ${printable(mountPoint)}`;
  return `nothing is mounted on ${printable(path)}${where}`;
}
