import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { BsmountError } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import { errorOf } from "./control-protocol.ts";
import {
  DAEMON_VARIABLE,
  isStartedMessage,
  type StartedMessage,
  type StartMessage,
} from "./daemon-protocol.ts";
import type { MountStatus } from "./mount-status.ts";
import { openSafeLog } from "./safe-log.ts";

/*
 * A daemon is the same program again, detached, with a channel to its parent. The parent hands over what
 * to do and waits until the mount is live or has failed, so that the error stands in the user's terminal
 * and the exit code is right; then the two part. What the child's libraries print goes to the log file.
 */

/**
 * Threads for file and name-service calls. Four, the default, are too few for a disk cache beside DNS
 * look-ups, and the number is fixed before the first line of JavaScript runs.
 */
const THREADPOOL_SIZE = "16";

/**
 * Memory of so many bytes goes back to the system as soon as it is freed. By itself glibc takes the size of what was
 * freed for that of pieces to keep, up to 32 MiB, and long-lived small ones then lie between large free ones.
 */
const MMAP_THRESHOLD = String(1024 * 1024);

export interface DaemonOptions {
  /** Absolute path of the program's main module, which calls `runDaemon` when `isDaemon()`. */
  readonly entry: string;
  /** No secrets: every user sees the arguments of a process. */
  readonly args: readonly string[];
  /** Added to this process's environment. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Handed to `runDaemon`, over a private channel; what `structuredClone` can copy. */
  readonly payload: unknown;
  /** Where the child's standard output and error go; its own log may be the same file. */
  readonly logFile: string;
}

/**
 * Starts a daemon and waits until its mount is live.
 * @throws BsmountError what the child reported, or what it left in the log when it died without a word;
 * the signal's reason, after which the child is ended
 */
export async function startDaemon(
  options: DaemonOptions,
  signal: AbortSignal,
): Promise<MountStatus> {
  await using log = await openSafeLog(options.logFile);
  const { size: sizeBytes } = await log.stat();
  signal.throwIfAborted();
  const child = spawnChild(options, log.fd);
  const onAbort = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const message = await firstMessage(child, options.payload);
    signal.throwIfAborted();
    if (message?.type === "mounted") return message.status;
    throw message === undefined
      ? diedError(child, options.logFile, sizeBytes)
      : errorOf(message.error);
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function spawnChild(options: DaemonOptions, log: number): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, options.entry, ...options.args], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    serialization: "advanced",
    env: {
      UV_THREADPOOL_SIZE: THREADPOOL_SIZE,
      MALLOC_MMAP_THRESHOLD_: MMAP_THRESHOLD,
      ...withoutSecrets(process.env),
      ...options.env,
      [DAEMON_VARIABLE]: "1",
    },
  });
}

/** The token is in the plan. In the environment every process of the user could read it from /proc. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BASESPACE_ACCESS_TOKEN: _token, ...rest } = environment;
  return rest;
}

/** What the child says first; undefined when it ended without a word. */
async function firstMessage(
  child: ChildProcess,
  payload: unknown,
): Promise<StartedMessage | undefined> {
  const start: StartMessage = { type: "start", payload };
  return await new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(
        new BsmountError("environment", "cannot start the background process", { cause: error }),
      );
    });
    child.once("exit", () => resolve(undefined));
    child.on("message", (message) => {
      if (isStartedMessage(message)) resolve(message);
    });
    // A child that is gone already shows by its exit.
    child.send(start, () => {});
  });
}

const MAX_SHOWN_LINES = 5;

function diedError(child: ChildProcess, logFile: string, from: number): BsmountError {
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  const left = readFileSync(logFile).subarray(from).toString("utf8");
  const lines = left.split("\n").filter((line) => line.trim() !== "");
  const last = lines.slice(-MAX_SHOWN_LINES).join("\n");
  return new BsmountError(
    "unavailable",
    `the background process ended while it started (${how})${last === "" ? "" : `:\n${redactText(last)}`}`,
    { remedy: `see ${logFile}, or try --foreground` },
  );
}
