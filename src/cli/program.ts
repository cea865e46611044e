import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Option,
} from "@commander-js/extra-typings";
import { authCommand } from "./commands/auth.ts";
import { awaitCommand } from "./commands/await.ts";
import { catCommand } from "./commands/cat.ts";
import { completionCommand } from "./commands/completion.ts";
import { cpCommand } from "./commands/cp.ts";
import { demoCommand } from "./commands/demo.ts";
import { emulatorCommand } from "./commands/emulator.ts";
import { launchCommand } from "./commands/launch.ts";
import { lsCommand } from "./commands/ls.ts";
import { mkdirCommand } from "./commands/mkdir.ts";
import { mountCommand } from "./commands/mount.ts";
import { profilesCommand } from "./commands/profiles.ts";
import { refreshCommand } from "./commands/refresh.ts";
import { statusChangeCommands } from "./commands/status-change.ts";
import { statusCommand } from "./commands/status.ts";
import { treeCommand } from "./commands/tree.ts";
import { unmountCommand } from "./commands/unmount.ts";
import { uploadsCommand } from "./commands/uploads.ts";
import { whoamiCommand } from "./commands/whoami.ts";
import { VERSION } from "../core/version.ts";
import type { CommandFactory, ProgramOptions } from "./context.ts";
import { standardOutput } from "./standard-output.ts";

const COMMANDS: readonly CommandFactory[] = [
  mountCommand,
  unmountCommand,
  statusCommand,
  refreshCommand,
  authCommand,
  whoamiCommand,
  profilesCommand,
  lsCommand,
  catCommand,
  cpCommand,
  mkdirCommand,
  treeCommand,
  ...statusChangeCommands,
  uploadsCommand,
  launchCommand,
  awaitCommand,
  emulatorCommand,
  demoCommand,
  completionCommand,
];

/** Commands that only print, and end when their output cannot be written. The others finish their work all the same. */
const PRINTING: ReadonlySet<CommandFactory> = new Set([
  statusCommand,
  uploadsCommand,
  awaitCommand,
  whoamiCommand,
  profilesCommand,
  lsCommand,
  catCommand,
  treeCommand,
  demoCommand,
  completionCommand,
]);

/** Where commander writes help and version, and how it writes its errors: as those of the commands. */
const OUTPUT = {
  writeOut: (text: string): void => standardOutput.write(text),
  outputError: (text: string, write: (text: string) => void): void =>
    write(
      text
        .replace(/^error: /, "bsmount: ")
        // What the parsers of values say names the value again.
        .replace(
          /^(bsmount: )option '([^' ]*,? ?--[\w-]+)[^']*' argument '.*?' is invalid\. /,
          "$1$2: ",
        ),
    ),
};

/** The state of standard output. */
export interface OutputState {
  /** Aborts when it cannot be written. */
  readonly failed: AbortSignal;
  /** Called before a command runs that only prints. */
  readonly onPrintingCommand: () => void;
}

export interface BuildOptions extends ProgramOptions {
  /** @default one that never fails */
  readonly output?: OutputState;
}

/**
 * The command line of bsmount. A command is made by its file in `commands/`; each runs through `run.ts`, which prints
 * its errors and returns its exit code.
 */
export function buildProgram({ output, ...options }: BuildOptions): CommandUnknownOpts {
  const program = new Command("bsmount")
    .description("Illumina BaseSpace as a drive, and from the command line")
    .version(VERSION, "-v, --version")
    // Flags after a command belong to the command: `cp -v` must not print a version instead of copying.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  configureMessages(program, "bsmount");
  addOtherVersionFlag(program);
  for (const factory of COMMANDS) {
    const command = PRINTING.has(factory)
      ? endingWithOutput(factory, options, output)
      : factory(options);
    configureMessages(command, `bsmount ${command.name()}`);
    for (const each of command.commands)
      configureMessages(each, `bsmount ${command.name()} ${each.name()}`);
    if (command.commands.length > 0) showNamedHelp(refuseUnknown(command));
    program.addCommand(command);
  }
  return explainUnknownHelp(program);
}

/** @param name - with the commands above it */
function configureMessages(command: CommandUnknownOpts, name: string): void {
  command.exitOverride().configureOutput(OUTPUT).showHelpAfterError(`  try: ${name} --help`);
}

/** The short flag that rclone and similar programs use. */
function addOtherVersionFlag(program: Command): void {
  program.addOption(new Option("-V").hideHelp()).on("option:V", () => {
    OUTPUT.writeOut(`${VERSION}\n`);
    throw new CommanderError(0, "commander.version", VERSION);
  });
}

/** Without this, commander would pass the unknown name to the default command of the group as an argument. */
function refuseUnknown(group: CommandUnknownOpts): CommandUnknownOpts {
  return explainUnknownHelp(group).hook("preSubcommand", () => {
    const [name] = group.args;
    if (name === undefined || name.startsWith("-") || isCommand(group, name)) return;
    const names = group.commands.map((command) => command.name()).join(" or ");
    group.error(`error: unknown command '${name}'\n(Did you mean ${names}?)`);
  });
}

/** For `help GROUP NAME`, commander would print the help of the group. The help of the command throws, as all help does. */
function showNamedHelp(group: CommandUnknownOpts): void {
  group.addHelpText("before", () => {
    const [help, , name] = group.parent?.args ?? [];
    if (help !== "help" || name === undefined) return "";
    const named = group.commands.find((command) => command.name() === name);
    if (named === undefined) group.parse([name], { from: "user" });
    named?.help();
    return "";
  });
}

/**
 * For `help NAME` of an unknown command, commander would print the general help. Parsing NAME alone throws the error
 * for an unknown command instead, which suggests similar ones.
 */
function explainUnknownHelp(group: CommandUnknownOpts): CommandUnknownOpts {
  return group.addHelpText("before", ({ error, command }) => {
    const [help, name] = command.args;
    if (!error || help !== "help" || name === undefined || isCommand(command, name)) return "";
    command.parse([name], { from: "user" });
    return "";
  });
}

function isCommand(group: CommandUnknownOpts, name: string): boolean {
  return group.commands.some((command) => [command.name(), ...command.aliases()].includes(name));
}

/** Creates a command whose signal also aborts when standard output fails. */
function endingWithOutput(
  factory: CommandFactory,
  options: ProgramOptions,
  output?: OutputState,
): CommandUnknownOpts {
  if (output === undefined) return factory(options);
  const { context } = options;
  const signal = AbortSignal.any([context.signal, output.failed]);
  return factory({ ...options, context: { ...context, signal } }).hook(
    "preAction",
    output.onPrintingCommand,
  );
}
