import { noResponseError, type Send } from "../http.ts";
import { TooSlowError } from "./lowest-speed.ts";
import type { PaceWatch } from "./pace-watch.ts";

/** Shorter bodies are sent in one go, and nobody knows how far they are. */
const LONG_BYTES = 1024 * 1024;

/**
 * Has long bodies sent again whose connection crawls. This is safe for each method: a body that is given up
 * has never been complete, so that the server has done nothing with it.
 */
export function withPace(send: Send, watch: PaceWatch, line: string): Send {
  return async (request, signal) => {
    const { body } = request;
    if (!(body instanceof Uint8Array) || body.length < LONG_BYTES)
      return await send(request, signal);
    const transfer = { line, bytes: body.length, timeoutMs: request.timeoutMs };
    try {
      return await watch.run(transfer, signal, async (moved, inner) => {
        return await send({ ...request, moved }, inner);
      });
    } catch (error) {
      throw error instanceof TooSlowError ? noResponseError(request, error) : error;
    }
  };
}
