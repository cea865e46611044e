import { once } from "node:events";
import { createConnection } from "node:net";
import { BsmountError } from "../core/errors.ts";
import {
  type ControlRequest,
  errorOf,
  type ErrorReport,
  linesOf,
  parseObject,
} from "./control-protocol.ts";

/**
 * Asks the mount behind the socket `path` and waits for its answer.
 * @throws BsmountError `not-found` when nobody listens there; what the mount answers; the signal's reason
 */
export async function askMount(
  path: string,
  request: ControlRequest,
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  const socket = createConnection(path);
  const onAbort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await once(socket, "connect");
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesOf(socket)) return resultOf(parseObject(line));
    throw new BsmountError("not-found", "the mount ended before it answered");
  } catch (error) {
    signal.throwIfAborted();
    throw isAbsent(error)
      ? new BsmountError("not-found", `no mount listens on ${path}`, { cause: error })
      : error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

function resultOf(answer: Record<string, unknown>): unknown {
  if (answer["ok"] === true) return answer["result"];
  throw errorOf(answer["error"] as ErrorReport);
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}
