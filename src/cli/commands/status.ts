import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import {
  findMount,
  listMounts,
  type MountStatus,
  mountPointsOfOthers,
  type Place,
} from "../../mount/index.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printable, printJson, printLine, table } from "../output.ts";

export function statusCommand({ context, onResult }: ProgramOptions): Command {
  return new Command("status")
    .description("show what is mounted")
    .argument("[mountpoint]", "only this one")
    .option("--json", "machine output: an array of mounts")
    .action(async (mountPoint: string | undefined, flags: { readonly json?: boolean }) => {
      onResult(await status(mountPoint, flags.json === true, context));
    });
}

/** Exits with 1 when a mount point was named and nothing of ours is mounted there. */
async function status(
  path: string | undefined,
  json: boolean,
  { environment, signal }: CommandContext,
): CommandResult {
  const runtimeFolder = defaultFolders(environment).runtime;
  const place = path === undefined ? undefined : await findMount(path, runtimeFolder);
  const all = await listMounts(runtimeFolder, signal);
  const mounts = all.filter((mount) => isWanted(mount.mountPoint, place?.path));
  const others = mountPointsOfOthers(all).filter((other) => isWanted(other, place?.path));
  if (json) printJson(mounts);
  else for (const line of statusLines(mounts, others, place)) printLine(line);
  return place !== undefined && mounts.length === 0 ? EXIT.failed : EXIT.done;
}

function isWanted(mountPoint: string, wanted: string | undefined): boolean {
  return wanted === undefined || mountPoint === wanted;
}

function statusLines(
  mounts: readonly MountStatus[],
  others: readonly string[],
  place?: Place,
): readonly string[] {
  if (mounts.length + others.length === 0) return [nothingMounted(place)];
  const rows = mounts.map(({ mountPoint, user, apiServer, profile, pid, since, logFile }) => [
    printable(mountPoint),
    printable(user),
    apiServer,
    profile,
    String(pid),
    since.slice(0, 19).replace("T", " "),
    logFile ?? "standard error",
  ]);
  const head = ["MOUNT POINT", "USER", "SERVER", "PROFILE", "PID", "SINCE (UTC)", "LOG"];
  return [
    ...(rows.length === 0 ? [] : table([head, ...rows], new Set([4]))),
    ...mounts.flatMap(notesOf),
    ...others.map(
      (other) => `${printable(other)}  dead, or mounted with other folders or by somebody else`,
    ),
  ];
}

/** What somebody should know who looks at a mount. */
function notesOf({ mountPoint, silence, uploads }: MountStatus): readonly string[] {
  const { pending, failed, held } = uploads;
  const counts = Object.entries({ pending, failed, held }).filter(([, count]) => count > 0);
  const files = counts.map(([what, count]) => `${count} ${what}`).join(", ");
  return [
    ...(silence === undefined ? [] : [`${printable(mountPoint)}  ${silence}`]),
    ...(files === "" ? [] : [`${printable(mountPoint)}  files on their way up: ${files}`]),
  ];
}

function nothingMounted(place?: Place): string {
  if (place === undefined) return "nothing is mounted";
  const { path, mountPoint } = place;
  const where =
    mountPoint === undefined ? "" : `; it is inside the mount on ${printable(mountPoint)}`;
  return `nothing is mounted on ${printable(path)}${where}`;
}
