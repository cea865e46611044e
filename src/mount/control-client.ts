import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { BsmountError } from "../core/errors.ts";
import {
  type ControlRequest,
  errorOf,
  type ErrorReport,
  linesOf,
  parseObject,
  type PendingUploads,
  progressOf,
} from "./control-protocol.ts";

/** A mount reports progress every second; one that is silent for this long is taken for hanging. */
export const SILENCE_MS = 10_000;

export interface AskOptions {
  /** How long the mount may send nothing, milliseconds. @default 10 000 */
  readonly silenceMs?: number;
  /** Called about once a second with what the mount waits for. */
  readonly onProgress?: (progress: PendingUploads) => void;
}

/** The mount sends nothing, because its process is stopped or hangs. */
export class SilentMountError extends BsmountError {
  override name = "SilentMountError";

  constructor(path: string, options: ErrorOptions = {}) {
    super("timeout", `the mount behind ${path} does not respond`, options);
  }
}

/**
 * Sends a request to the mount behind the socket `path`, and waits for its result as long as the mount reports
 * progress.
 * @throws BsmountError `not-found` when no process listens there; the error of the mount; the signal's reason
 * @throws SilentMountError
 */
export async function askMount(
  path: string,
  request: ControlRequest,
  { signal, silenceMs = SILENCE_MS, onProgress }: AskOptions & { readonly signal: AbortSignal },
): Promise<unknown> {
  signal.throwIfAborted();
  const socket = createConnection(path);
  socket.setTimeout(silenceMs, () => socket.destroy(new SilentMountError(path)));
  const onAbort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await once(socket, "connect");
    return await converse(socket, request, onProgress);
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(path, error);
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

/** Sends the request only after the greeting, so that a hanging mount cannot do it later, when nobody waits. */
async function converse(
  socket: Socket,
  request: ControlRequest,
  onProgress: AskOptions["onProgress"],
): Promise<unknown> {
  let isSent = false;
  for await (const line of linesOf(socket)) {
    const message = parseObject(line);
    const progress = progressOf(message);
    if (progress === undefined) return resultOf(message);
    if (isSent) onProgress?.(progress);
    else socket.write(`${JSON.stringify(request)}\n`);
    isSent = true;
  }
  throw new BsmountError("not-found", "the mount ended before it replied");
}

function resultOf(reply: Record<string, unknown>): unknown {
  if (reply["ok"] === true) return reply["result"];
  throw errorOf(reply["error"] as ErrorReport);
}

function connectionError(path: string, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "EPIPE":
      return new BsmountError("not-found", `no mount listens on ${path}`, { cause: error });
    // The backlog is full: the mount has not accepted connections for long.
    case "EAGAIN":
      return new SilentMountError(path, { cause: error });
    default:
      return error;
  }
}
