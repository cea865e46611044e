import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Environment } from "../config/environment.ts";

/** What every command receives besides its arguments. */
export interface CommandContext {
  /** Aborts at Ctrl-C, SIGTERM and SIGHUP; a second such signal ends the process. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
  /** Leaves those signals to the command, which handles them itself from then on. */
  readonly handOverSignals: () => void;
}

/** The exit code of a command, see `exit-codes.ts`. */
export type CommandResult = Promise<number>;

export interface ProgramOptions {
  /** For commands that only print, `signal` also aborts when their output cannot be written. */
  readonly context: CommandContext;
  /** Called with the exit code of the command that ran. */
  readonly onResult: (exitCode: number) => void;
}

/** Creates one command of `bsmount`, with its options and help. */
export type CommandFactory = (options: ProgramOptions) => CommandUnknownOpts;
