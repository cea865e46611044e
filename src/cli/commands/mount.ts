import { resolve } from "node:path";
import process from "node:process";
import { Command } from "commander";
import type { OptionKey } from "../../config/options.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { ensurePrivateFolder } from "../../core/private-folder.ts";
import { startDaemon } from "../../mount/index.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { leftBehindNotice } from "../left-behind.ts";
import { addOptions, givenOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printLine, printWarning } from "../output.ts";
import { logFileOf, type MountPlan } from "../mount-plan.ts";

const MOUNT_OPTIONS: readonly OptionKey[] = [
  ...TREE_OPTIONS,
  "readOnly",
  "allowOther",
  "noexec",
  "uid",
  "gid",
  "umask",
  "metadataTtl",
  "negativeTtl",
  "maxBackground",
  "cacheDir",
  "stateDir",
  "logFile",
];

export function mountCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("mount")
    .description("show BaseSpace as a drive; returns once it is live")
    .argument("<mountpoint>", "an existing, empty folder")
    .option("-f, --foreground", "stay, and log to standard error");
  addOptions(command, MOUNT_OPTIONS);
  return command.action(async (mountPoint: string, parsed: Record<string, unknown>) => {
    onResult(await mount(mountPoint, parsed, context));
  });
}

async function mount(
  place: string,
  parsed: Readonly<Record<string, unknown>>,
  { environment, signal, handOverSignals }: CommandContext,
): CommandResult {
  const config = await resolveConfig(givenOptions(parsed), environment);
  const mountPoint = resolve(place);
  if (config.mount.allowOther) {
    printWarning(`every user of this machine can read ${mountPoint} with your token`);
  }
  const { uid } = environment;
  const plan: MountPlan = { mountPoint, config, logFile: logFileOf(config, mountPoint), uid };
  if (parsed["foreground"] === true) {
    const { serveInForeground } = await import("../serve-mount.ts");
    signal.throwIfAborted();
    handOverSignals();
    await serveInForeground(plan, {
      onMounted: (live) => printLine(`mounted on ${live.mountPoint}; Ctrl-C unmounts`),
      onNotice: printWarning,
    });
    return EXIT.done;
  }
  // Its log is in there, and is opened first.
  await ensurePrivateFolder(config.folders.state, uid);
  const entry = process.argv[1] ?? "";
  const { logFile } = plan;
  const status = await startDaemon(
    { entry, args: ["mount", mountPoint], payload: plan, logFile },
    signal,
  );
  printLine(`mounted on ${status.mountPoint} for ${status.user}, process ${status.pid}`);
  const notice = await leftBehindNotice(config);
  if (notice !== undefined) printWarning(notice);
  return EXIT.done;
}
