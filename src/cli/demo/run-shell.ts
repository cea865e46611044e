import { spawn } from "node:child_process";
import { once } from "node:events";
import { BsmountError } from "../../core/errors.ts";

const TIMEOUT_MS = 60_000;

/**
 * Runs `command` in `folder` with bash, and returns the lines that it prints. Bash itself changes to the folder: with
 * `cwd` this process would wait for the mount, which waits for the emulator in this process.
 *
 * @throws BsmountError `unavailable` with its standard error when it fails
 */
export async function runShell(
  command: string,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const child = spawn("bash", ["-o", "pipefail", "-c", `cd -- "$0" && ${command}`, folder], {
    signal,
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  signal.throwIfAborted();
  if (code !== 0 && !endedByClosedPipe(code)) {
    const reason = Buffer.concat(errors).toString().trim() || `exit code ${code}`;
    throw new BsmountError("unavailable", `\`${command}\` failed: ${reason}`);
  }
  return Buffer.concat(output).toString().trimEnd().split("\n");
}

/** In `zcat file | head`, zcat is expected to end by SIGPIPE. */
function endedByClosedPipe(code: number | null): boolean {
  return code === 128 + 13;
}
