import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { BsmountError } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import { retries } from "../core/telemetry.ts";
import { errorOf } from "./control-protocol.ts";
import {
  DAEMON_VARIABLE,
  isRetryMessage,
  isStartedMessage,
  type StartedMessage,
  type StartMessage,
} from "./daemon-protocol.ts";
import type { MountStatus } from "./mount-status.ts";
import { openSafeLog } from "./safe-log.ts";

/*
 * The daemon is a detached process of the same program, with a channel to its parent. The parent sends it what to do,
 * and waits until the mount is live or has failed, so that the error appears in the user's terminal with the right
 * exit code. Then the channel is closed. What libraries print in the daemon goes to the log file.
 */

/** Threads for file and name-service calls. The default of four is too few; libuv reads the variable at its start. */
const THREADPOOL_SIZE = "16";

/**
 * Blocks of at least this many bytes are returned to the system when they are freed. By default glibc raises the
 * threshold to the size of freed blocks, up to 32 MiB, which leaves long-lived small blocks between large free ones.
 */
const MMAP_THRESHOLD = String(1024 * 1024);

export interface DaemonOptions {
  /** Absolute path of the program's main module, which calls `runDaemon` when `isDaemon()`. */
  readonly entry: string;
  /** No secrets: every user sees the arguments of a process. */
  readonly args: readonly string[];
  /** Added to this process's environment. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent to `runDaemon` over a private channel; any value that `structuredClone` can copy. */
  readonly payload: unknown;
  /** The file for the child's standard output and error, which may also be its log. */
  readonly logFile: string;
}

/**
 * Starts a daemon and waits until its mount is live.
 * @throws BsmountError the error that the child reported, or its last log lines when it died without one; the signal's
 * reason, after terminating the child
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

/** The payload has the token; in the environment, every process of the user could read it from /proc. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BASESPACE_ACCESS_TOKEN: _token, ...rest } = environment;
  return rest;
}

/** The first message of the child; undefined when it ended without one. */
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
      if (isRetryMessage(message)) retries.publish(message.retry);
    });
    // If the child has already ended, its exit event resolves the promise.
    child.send(start, () => {});
  });
}

const MAX_SHOWN_LINES = 5;

function diedError(child: ChildProcess, logFile: string, from: number): BsmountError {
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  const logged = readFileSync(logFile).subarray(from).toString("utf8");
  const lines = logged.split("\n").filter((line) => line.trim() !== "");
  const last = lines.slice(-MAX_SHOWN_LINES).join("\n");
  return new BsmountError(
    "unavailable",
    `the background process ended during its start (${how})${last === "" ? "" : `:\n${redactText(last)}`}`,
    { remedy: `see ${logFile}, or try --foreground` },
  );
}
