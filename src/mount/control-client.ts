import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { BsmountError } from "../core/errors.ts";
import {
  type ControlRequest,
  errorOf,
  type ErrorReport,
  linesOf,
  parseObject,
  type Progress,
  progressOf,
} from "./control-protocol.ts";

/** A mount that works on a request says so every second; one that says nothing for so long will not. */
export const SILENCE_MS = 10_000;

export interface AskOptions {
  /** For so long the mount may say nothing at all, milliseconds. @default 10 000 */
  readonly silenceMs?: number;
  /** Told about once a second what the mount still waits for. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Somebody listens on the socket and says nothing: a process that is stopped, or hangs. */
export class SilentMountError extends BsmountError {
  override name = "SilentMountError";

  constructor(path: string, options: ErrorOptions = {}) {
    super("timeout", `the mount behind ${path} says nothing`, options);
  }
}

/**
 * Asks the mount behind the socket `path` and waits for its answer, for as long as it shows that it works
 * on it.
 * @throws BsmountError `not-found` when nobody listens there; what the mount answers; the signal's reason
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

/** Nothing is asked before the mount has greeted: it must not do later what nobody waits for any more. */
async function converse(
  socket: Socket,
  request: ControlRequest,
  onProgress: AskOptions["onProgress"],
): Promise<unknown> {
  let isAsked = false;
  for await (const line of linesOf(socket)) {
    const message = parseObject(line);
    const progress = progressOf(message);
    if (progress === undefined) return resultOf(message);
    if (isAsked) onProgress?.(progress);
    else socket.write(`${JSON.stringify(request)}\n`);
    isAsked = true;
  }
  throw new BsmountError("not-found", "the mount ended before it answered");
}

function resultOf(answer: Record<string, unknown>): unknown {
  if (answer["ok"] === true) return answer["result"];
  throw errorOf(answer["error"] as ErrorReport);
}

function connectionError(path: string, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "EPIPE":
      return new BsmountError("not-found", `no mount listens on ${path}`, { cause: error });
    // So many wait to be heard that the kernel takes no more.
    case "EAGAIN":
      return new SilentMountError(path, { cause: error });
    default:
      return error;
  }
}
