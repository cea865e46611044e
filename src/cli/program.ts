import { Command } from "commander";
import { authCommand } from "./commands/auth.ts";
import { catCommand } from "./commands/cat.ts";
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
    .version(VERSION, "-V, --version")
    .showHelpAfterError("(bsmount --help shows what there is)")
    .configureOutput(PRINTED)
    .exitOverride();
  for (const factory of COMMANDS) {
    const command = SHOWING.has(factory) ? showing(factory, options, output) : factory(options);
    command.exitOverride().configureOutput(PRINTED);
    program.addCommand(command);
  }
  return program;
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
