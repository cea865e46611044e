import { once } from "node:events";
import { BsmountError } from "../core/errors.ts";
import { reportOf } from "./control-protocol.ts";
import { DAEMON_VARIABLE, isStartMessage, type StartedMessage } from "./daemon-protocol.ts";
import type { ForegroundHooks } from "./foreground.ts";

/** Whether this process was started by `startDaemon`. */
export function isDaemon(): boolean {
  return process.env[DAEMON_VARIABLE] === "1" && process.send !== undefined;
}

/**
 * The daemon's side of `startDaemon`: takes the payload, runs `serve` and tells the parent how its start
 * went. `serve` is to pass the hooks to `runForeground`. A parent that dies before the mount is live takes
 * the start with it; afterwards the daemon stands alone.
 * @throws what `serve` throws, after the parent was told
 */
export async function runDaemon(
  serve: (payload: unknown, hooks: ForegroundHooks) => Promise<void>,
): Promise<void> {
  let told = false;
  const tell = async (message: StartedMessage): Promise<void> => {
    if (told) return;
    told = true;
    process.off("disconnect", onOrphaned);
    await sendAndPart(message);
  };
  const onOrphaned = (): void => void process.kill(process.pid, "SIGTERM");
  process.once("disconnect", onOrphaned);
  try {
    const payload = await receivePayload();
    // Not to keep the folder busy in which the user happened to be.
    process.chdir("/");
    await serve(payload, {
      onMounted: (mount) => void tell({ type: "mounted", status: mount.status() }),
    });
  } catch (error) {
    await tell({ type: "failed", error: reportOf(error) });
    throw error;
  }
}

async function receivePayload(): Promise<unknown> {
  const [message] = (await once(process, "message")) as [unknown];
  if (isStartMessage(message)) return message.payload;
  throw new BsmountError("invalid", "the background process was started with an unknown message");
}

async function sendAndPart(message: StartedMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
  if (process.connected) process.disconnect();
}
