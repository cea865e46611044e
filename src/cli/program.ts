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

/** They are done when nobody reads what they show. The others have work to do, read or not. */
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

/** Whoever reads what is printed. */
export interface OutputReader {
  /** Aborts when nobody reads it any more. */
  readonly gone: AbortSignal;
  /** Told when a command begins that is done without a reader. */
  readonly onNeeded: () => void;
}

export interface BuildOptions extends ProgramOptions {
  /** @default one that stays */
  readonly reader?: OutputReader;
}

export function buildProgram({ reader, ...options }: BuildOptions): Command {
  const program = new Command("bsmount")
    .description("Illumina BaseSpace as a drive, and from the command line")
    .version(VERSION, "-V, --version")
    .showHelpAfterError("(bsmount --help shows what there is)")
    .exitOverride();
  for (const factory of COMMANDS) {
    const command = SHOWING.has(factory) ? showing(factory, options, reader) : factory(options);
    command.exitOverride();
    program.addCommand(command);
  }
  return program;
}

function showing(factory: CommandFactory, options: ProgramOptions, reader?: OutputReader): Command {
  if (reader === undefined) return factory(options);
  const { context } = options;
  const signal = AbortSignal.any([context.signal, reader.gone]);
  return factory({ ...options, context: { ...context, signal } }).hook(
    "preAction",
    reader.onNeeded,
  );
}
