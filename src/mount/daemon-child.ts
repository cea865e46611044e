import { once } from "node:events";
import { BsmountError } from "../core/errors.ts";
import { retries } from "../core/telemetry.ts";
import { reportOf } from "./control-protocol.ts";
import {
  DAEMON_VARIABLE,
  type DaemonRetryMessage,
  isStartMessage,
  type StartedMessage,
} from "./daemon-protocol.ts";
import type { ForegroundHooks } from "./foreground.ts";

/** Whether this process was started by `startDaemon`. */
export function isDaemon(): boolean {
  return process.env[DAEMON_VARIABLE] === "1" && process.send !== undefined;
}

/**
 * The daemon's side of `startDaemon`: receives the payload, runs `serve` and reports the start to the parent. `serve`
 * has to pass the hooks to `runForeground`. When the parent ends before the mount is live, the start is cancelled.
 * @throws what `serve` throws, after reporting it to the parent
 */
export async function runDaemon(
  serve: (payload: unknown, hooks: ForegroundHooks) => Promise<void>,
): Promise<void> {
  let isReported = false;
  const report = async (message: StartedMessage): Promise<void> => {
    if (isReported) return;
    isReported = true;
    stopForwarding();
    process.off("disconnect", onOrphaned);
    await sendAndDisconnect(message);
  };
  const stopForwarding = retries.subscribe((retry) => {
    if (process.connected) process.send?.({ type: "retry", retry } satisfies DaemonRetryMessage);
  });
  const onOrphaned = (): void => void process.kill(process.pid, "SIGTERM");
  process.once("disconnect", onOrphaned);
  try {
    const payload = await receivePayload();
    // The daemon must not keep the current folder of the user busy.
    process.chdir("/");
    await serve(payload, {
      onMounted: (mount) => void report({ type: "mounted", status: mount.status() }),
    });
  } catch (error) {
    await report({ type: "failed", error: reportOf(error) });
    throw error;
  }
}

async function receivePayload(): Promise<unknown> {
  const [message] = (await once(process, "message")) as [unknown];
  if (isStartMessage(message)) return message.payload;
  throw new BsmountError("invalid", "the background process was started with an unknown message");
}

async function sendAndDisconnect(message: StartedMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
  if (process.connected) process.disconnect();
}
