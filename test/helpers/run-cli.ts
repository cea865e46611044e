import { CommanderError } from "commander";
import { vi } from "vitest";
import { EXIT, exitCodeOf } from "../../src/cli/exit-codes.ts";
import { printError } from "../../src/cli/output.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { standardOutput } from "../../src/cli/standard-output.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { neverAborted } from "../../src/core/abort.ts";
import type { Emulator } from "../../src/emulator/options.ts";
import type { TempDir } from "./temp-dir.ts";

export interface CliOutcome {
  /** The exit code that it returned, or that of its error; undefined when nothing ran. */
  readonly exitCode: number | undefined;
  /** Its standard output and standard error. */
  readonly output: string;
}

/** Runs one command in this process, signed in to an emulator, with its folders below `dir`. `more` are variables. */
export async function runCli(
  args: readonly string[],
  { apiServer, accessToken }: Pick<Emulator, "apiServer" | "accessToken">,
  dir: TempDir,
  more: Readonly<Record<string, string>> = {},
): Promise<CliOutcome> {
  const variables = {
    BASESPACE_API_SERVER: apiServer,
    BASESPACE_ACCESS_TOKEN: accessToken,
    XDG_STATE_HOME: dir.join("state"),
    XDG_CACHE_HOME: dir.join("cache"),
    XDG_RUNTIME_DIR: dir.join("run"),
    ...more,
  };
  const environment = { home: dir.path, uid: process.getuid?.() ?? 0, gid: 0, variables };
  const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
  const printed: string[] = [];
  const streams = [
    vi
      .spyOn(standardOutput, "write")
      .mockImplementation((data) => void printed.push(Buffer.from(data as string).toString())),
    vi.spyOn(process.stderr, "write").mockImplementation((data) => printed.push(String(data)) > 0),
  ];
  let exitCode: number | undefined;
  const onResult = (code: number): void => void (exitCode = code);
  try {
    await buildProgram({ context, onResult }).parseAsync([...args], { from: "user" });
  } catch (error) {
    const isByCommander = error instanceof CommanderError;
    exitCode = isByCommander ? EXIT.usage : exitCodeOf(reasonOf(error));
    if (!isByCommander) printError(error);
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
  return { exitCode, output: printed.join("") };
}
