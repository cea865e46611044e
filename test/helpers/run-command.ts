import { spawn } from "node:child_process";
import { once } from "node:events";

export interface CommandOutcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** Runs a program to its end, and kills it when that takes too long. Output is bytes read as Latin-1. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { env = {}, timeoutMs = 60_000 }: RunOptions = {},
): Promise<CommandOutcome> {
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return {
    code,
    stdout: Buffer.concat(stdout).toString("latin1"),
    stderr: Buffer.concat(stderr).toString("utf8"),
  };
}

/**
 * Runs a bash command in a folder. Bash itself changes to it: with `cwd` this process would wait for a
 * folder that is on a mount, and the mount perhaps for this process. The command has `args` as `"$@"`.
 */
export async function runShell(
  command: string,
  folder: string,
  { args = [], ...options }: RunOptions & { readonly args?: readonly string[] } = {},
): Promise<CommandOutcome> {
  // With `&&` only the first of several commands would depend on it, and the others would run where the tests run.
  const script = `cd -- "$0" || exit 1\n${command}`;
  return await runCommand("bash", ["-o", "pipefail", "-c", script, folder, ...args], options);
}
