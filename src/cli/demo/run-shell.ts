import { spawn } from "node:child_process";
import { once } from "node:events";
import { BsmountError } from "../../core/errors.ts";

const TIMEOUT_MS = 60_000;

/**
 * The lines that `command` prints, run by bash in `folder`. It is bash that goes there: a `cwd` would have
 * this process wait for the mount, while the mount waits for the emulator in this process.
 *
 * @throws BsmountError `unavailable` with what it said on standard error when it fails
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
    const said = Buffer.concat(errors).toString().trim() || `exit code ${code}`;
    throw new BsmountError("unavailable", `\`${command}\` failed: ${said}`);
  }
  return Buffer.concat(output).toString().trimEnd().split("\n");
}

/** `zcat file | head`: zcat ends by SIGPIPE, as it should. */
function endedByClosedPipe(code: number | null): boolean {
  return code === 128 + 13;
}
