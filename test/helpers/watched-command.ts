import { spawn } from "node:child_process";
import { once } from "node:events";
import { anonymousBytes } from "./anonymous-memory.ts";

export interface WatchedOutcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: number;
  readonly ms: number;
  /** The most anonymous memory that was measured. */
  readonly peakBytes: number;
}

export interface WatchOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
  /** The process Id of another process to measure, once it is known. */
  readonly also?: () => number | undefined;
}

const LOOK_MS = 20;
const KEPT_BYTES = 4 * 1024 * 1024;

/** Runs a program, measures its memory meanwhile, and kills it when it takes too long. */
export async function watchedCommand(
  file: string,
  args: readonly string[],
  { env, limitMs, also = () => undefined }: WatchOptions,
): Promise<WatchedOutcome> {
  const started = performance.now();
  const child = spawn(file, args, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const said = { stdout: "", stderr: "", stdoutBytes: 0 };
  child.stdout.on("data", (piece: Buffer) => {
    said.stdoutBytes += piece.length;
    if (said.stdoutBytes <= KEPT_BYTES) said.stdout += piece.toString();
  });
  child.stderr.on("data", (piece: Buffer) => (said.stderr += piece.toString()));
  let peakBytes = 0;
  const look = async (): Promise<void> => {
    for (const pid of [child.pid, also()]) {
      if (pid === undefined) continue;
      peakBytes = Math.max(peakBytes, await anonymousBytes(pid).catch(() => 0));
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  return { code, ...said, ms: Math.round(performance.now() - started), peakBytes };
}
