import type { Command } from "commander";
import type { Environment } from "../config/environment.ts";

/** What every command gets besides its arguments. */
export interface CommandContext {
  /** Aborts at Ctrl-C and SIGTERM, and when the output cannot be written. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
}

/** What a command answers: its exit code (see `exit-codes.ts`). */
export type CommandResult = Promise<number>;

export interface ProgramOptions {
  /** For commands that only show something, `signal` aborts also when nobody reads their output any more. */
  readonly context: CommandContext;
  /** Told the exit code of the command that ran. */
  readonly onResult: (exitCode: number) => void;
}

/** Makes one command of `bsmount`, with its options and help. */
export type CommandFactory = (options: ProgramOptions) => Command;
