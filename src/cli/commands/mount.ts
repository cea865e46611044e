import { resolve } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { OPTION_ROWS, type OptionKey } from "../../config/option-values.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { ensurePrivateFolder } from "../../linux/private-folder.ts";
import { startDaemon } from "../../mount/index.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { leftBehindNotice } from "../left-behind.ts";
import { addOptions, givenOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printLine, printWarning } from "../output.ts";
import { logFileOf, type MountPlan } from "../mount-plan.ts";
import { standardOutput } from "../standard-output.ts";
import { systemdUnit, thisCommand, variablesOfShell } from "../systemd-unit.ts";

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
    .option("-f, --foreground", "stay, and log to standard error")
    .option(
      "--systemd",
      "mount nothing, but print a systemd user unit that mounts with these options",
    );
  addOptions(command, MOUNT_OPTIONS);
  const flags = givenFlags(command);
  return command.action(async (mountPoint: string, parsed: Record<string, unknown>) => {
    if (parsed["systemd"] !== true) onResult(await mount(mountPoint, parsed, context));
    else onResult(printUnit(resolve(mountPoint), flags, context));
  });
}

/** The flags as they were given, known when the command runs. */
function givenFlags(command: Command): readonly string[] {
  const flags: string[] = [];
  for (const { name, argument } of MOUNT_OPTIONS.map((key) => OPTION_ROWS[key])) {
    command.on(`option:${name}`, (value: string | null) => {
      if (value === null || argument === undefined) flags.push(`--${name}`);
      else flags.push(`--${name}=${isPath(argument) ? resolve(value) : value}`);
    });
  }
  return flags;
}

function isPath(argument: string): boolean {
  return argument === "FILE" || argument === "DIR";
}

function printUnit(
  mountPoint: string,
  flags: readonly string[],
  { environment }: CommandContext,
): number {
  standardOutput.write(systemdUnit({ command: thisCommand(), mountPoint, flags }));
  const variables = variablesOfShell(environment);
  if (variables.length > 0) {
    printWarning(`the service has not the variables of this shell: ${variables.join(", ")}`);
  }
  return EXIT.done;
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
