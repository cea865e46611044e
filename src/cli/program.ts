import { Command, CommanderError, Option } from "commander";
import { authCommand } from "./commands/auth.ts";
import { catCommand } from "./commands/cat.ts";
import { completionCommand } from "./commands/completion.ts";
import { cpCommand } from "./commands/cp.ts";
import { demoCommand } from "./commands/demo.ts";
import { emulatorCommand } from "./commands/emulator.ts";
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
  emulatorCommand,
  demoCommand,
  completionCommand,
];

/** They end when what they show cannot be written. The others have work to do, told of or not. */
const SHOWING: ReadonlySet<CommandFactory> = new Set([
  statusCommand,
  uploadsCommand,
  whoamiCommand,
  profilesCommand,
  lsCommand,
  catCommand,
  treeCommand,
  demoCommand,
  completionCommand,
]);

/** Help and version, which commander prints. */
const PRINTED = { writeOut: (text: string) => standardOutput.write(text) };

/** Where what is printed goes. */
export interface OutputState {
  /** Aborts when it cannot be written. */
  readonly failed: AbortSignal;
  /** Told when a command begins that ends without it. */
  readonly onNeeded: () => void;
}

export interface BuildOptions extends ProgramOptions {
  /** @default one that never fails */
  readonly output?: OutputState;
}

export function buildProgram({ output, ...options }: BuildOptions): Command {
  const program = new Command("bsmount")
    .description("Illumina BaseSpace as a drive, and from the command line")
    .version(VERSION, "-v, --version")
    // What stands behind a command is the command's: `cp -v` must not show a version in place of copying.
    .enablePositionalOptions()
    .showHelpAfterError("(bsmount --help shows what there is)")
    .configureOutput(PRINTED)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride();
  addOtherVersionFlag(program);
  for (const factory of COMMANDS) {
    const command = SHOWING.has(factory) ? showing(factory, options, output) : factory(options);
    for (const one of [command, ...command.commands]) one.exitOverride().configureOutput(PRINTED);
    if (command.commands.length > 0) refuseUnknown(command);
    program.addCommand(command);
  }
  return sayingWhyHelp(program);
}

/** The short flag of rclone and others of this kind. */
function addOtherVersionFlag(program: Command): void {
  program.addOption(new Option("-V").hideHelp()).on("option:V", () => {
    PRINTED.writeOut(`${VERSION}\n`);
    throw new CommanderError(0, "commander.version", VERSION);
  });
}

/** What names no command of a group would be taken for an argument of the one that it runs by itself. */
function refuseUnknown(group: Command): void {
  sayingWhyHelp(group).hook("preSubcommand", () => {
    const [name] = group.args;
    if (name === undefined || name.startsWith("-") || isCommand(group, name)) return;
    const names = group.commands.map((command) => command.name()).join(" or ");
    group.error(`error: unknown command '${name}'\n(Did you mean ${names}?)`);
  });
}

/** commander shows the general help where `help` is asked about a command that is not there. */
function sayingWhyHelp(group: Command): Command {
  return group.addHelpText("before", ({ error, command }) => {
    const [help, name] = command.args;
    if (!error || help !== "help" || name === undefined || isCommand(command, name)) return "";
    return `error: unknown command '${name}'; these are there:\n`;
  });
}

function isCommand(group: Command, name: string): boolean {
  return group.commands.some((command) => [command.name(), ...command.aliases()].includes(name));
}

function showing(factory: CommandFactory, options: ProgramOptions, output?: OutputState): Command {
  if (output === undefined) return factory(options);
  const { context } = options;
  const signal = AbortSignal.any([context.signal, output.failed]);
  return factory({ ...options, context: { ...context, signal } }).hook(
    "preAction",
    output.onNeeded,
  );
}
