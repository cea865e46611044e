import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { type GivenOptions, OPTION_ROWS, type OptionKey } from "../../config/option-values.ts";
import { resolveConfig } from "../../config/config.ts";
import { mountedOn } from "../../linux/mount-table.ts";
import { ensurePrivateFolder } from "../../linux/private-folder.ts";
import { type ForegroundHooks, startDaemon, withoutUnusedLog } from "../../mount/mount.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { stagingFoldersOf } from "../../session/open-staging.ts";
import { continuedNotices, leftoversNotice } from "../leftovers.ts";
import { prepareStaging } from "../prepare-staging.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { logFileOf, type MountPlan } from "../mount-plan.ts";
import { pauseRetryLine } from "../retry-line.ts";
import { standardOutput } from "../standard-output.ts";
import { systemdUnit, thisCommand, variablesOfShell } from "../systemd-unit.ts";

const MOUNT_OPTIONS: readonly OptionKey[] = [
  ...TREE_OPTIONS,
  "readOnly",
  "writeMode",
  "resultDescription",
  "resultSession",
  "completeOnUnmount",
  "verifyUploads",
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
  "stagingDir",
  "stagingSize",
  "logFile",
];

/** A mount that refuses every write has no use for these. */
const OPTIONS_OF_WRITING: readonly OptionKey[] = [
  "writeMode",
  "resultDescription",
  "resultSession",
  "completeOnUnmount",
  "verifyUploads",
  "stagingDir",
  "stagingSize",
];

interface MountFlags extends GivenOptions {
  readonly foreground?: true;
}

export function mountCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("mount")
    .description("mount BaseSpace as a drive, in the background")
    .argument("<mountpoint>", "an existing, empty folder")
    .option("-f, --foreground", "stay in the foreground, and log to standard error")
    .option(
      "--systemd",
      "mount nothing, and print a systemd user unit that mounts with these options",
    );
  const withOptions = addOptions(command, MOUNT_OPTIONS);
  const readOnly = withOptions.options.find((option) => option.attributeName() === "readOnly");
  readOnly?.conflicts([...OPTIONS_OF_WRITING]);
  const words = flagWords(withOptions);
  return withOptions.action(async (mountPoint, flags) => {
    if (flags.systemd !== true) onResult(await mount(mountPoint, flags, context));
    else onResult(await printUnit(resolve(mountPoint), { flags, words }, context));
  });
}

/** The flags as they were written, with absolute paths; filled while the command line is parsed. */
function flagWords(command: CommandUnknownOpts): readonly string[] {
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

async function printUnit(
  mountPoint: string,
  { flags, words }: { readonly flags: MountFlags; readonly words: readonly string[] },
  { environment }: CommandContext,
): CommandResult {
  standardOutput.write(systemdUnit({ command: thisCommand(), mountPoint, flags: words }));
  const variables = await variablesOfShell(flags, MOUNT_OPTIONS, environment);
  if (variables.length > 0) {
    const names = variables.join(", ");
    printWarning(
      `the service does not have these variables of this shell: ${names}${remedyFor(variables)}`,
    );
  }
  if (await isMissing(mountPoint)) {
    printWarning(`${mountPoint} does not exist, and the service needs it: mkdir -p ${mountPoint}`);
  }
  return EXIT.done;
}

function remedyFor(variables: readonly string[]): string {
  const isSignIn = variables.some((name) => name.startsWith("BASESPACE_"));
  return isSignIn ? "; give --profile NAME of a sign-in that bsmount profiles lists" : "";
}

/** Never touches what is mounted there, which may not respond. */
async function isMissing(mountPoint: string): Promise<boolean> {
  if (mountedOn(mountPoint) !== undefined) return false;
  return await lstat(mountPoint).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === "ENOENT",
  );
}

const FOREGROUND_HOOKS: ForegroundHooks = {
  onMounted: (live) => printLine(`mounted on ${live.mountPoint}; Ctrl-C unmounts`),
  onNotice: printWarning,
};

/**
 * Runs `work` while its log is on the terminal. This is no block around the import of the module: the compiler leaves the
 * `.ts` of an import that is in the scope of a `using`.
 */
async function withoutRetryLine<Result>(work: () => Promise<Result>): Promise<Result> {
  using _pause = pauseRetryLine();
  return await work();
}

async function mount(
  path: string,
  flags: MountFlags,
  { environment, signal, handOverSignals }: CommandContext,
): CommandResult {
  const config = await resolveConfig(flags, environment);
  const mountPoint = resolve(path);
  if (config.mount.allowOther) {
    printWarning(`every user of this machine can read ${mountPoint} with your token`);
  }
  const { uid } = environment;
  await prepareStaging(config, uid);
  const plan: MountPlan = { mountPoint, config, logFile: logFileOf(config, mountPoint), uid };
  if (flags.foreground === true) {
    const { serveInForeground } = await import("../serve-mount.ts");
    signal.throwIfAborted();
    handOverSignals();
    const { completed, notCompleted } = await withoutRetryLine(
      async () => await serveInForeground(plan, FOREGROUND_HOOKS),
    );
    for (const result of completed) printLine(`${printable(result)} is Complete`);
    return notCompleted.length === 0 ? EXIT.done : EXIT.uploadsLeft;
  }
  // The log is in this folder, and is opened before the background process starts.
  await ensurePrivateFolder(config.folders.state, uid);
  const entry = process.argv[1] ?? "";
  const { logFile } = plan;
  const daemon = { entry, args: ["mount", mountPoint], payload: plan, logFile };
  const runtimeFolder = config.folders.runtime;
  const status = await withoutUnusedLog(
    { logFile, runtimeFolder, mountPoint },
    async () => await startDaemon(daemon, signal),
  );
  printLine(`mounted on ${status.mountPoint} for ${status.user}, process ${status.pid}`);
  const folders = stagingFoldersOf(config.folders);
  for (const line of await continuedNotices(folders, status.pid)) printLine(line);
  const notice = await leftoversNotice(folders, status.pid);
  if (notice !== undefined) printWarning(notice);
  return EXIT.done;
}
