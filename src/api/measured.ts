import { performance } from "node:perf_hooks";
import type { Logger } from "../core/logger.ts";
import type { RequestMessage } from "../core/telemetry.ts";
import type { HttpAnswer, HttpRequest, Send } from "./http.ts";
import { isTold, tell } from "./told.ts";

interface Told {
  readonly logger: Logger;
  readonly target: RequestMessage["target"];
}

/** Publishes each exchange, failed ones too, and logs it at level debug. */
export function withTelemetry(send: Send, { logger, target }: Told): Send {
  return async (request, signal) => {
    if (!isTold(logger)) return await send(request, signal);
    const startedAt = performance.now();
    let answer: HttpAnswer | undefined;
    try {
      answer = await send(request, signal);
      return answer;
    } finally {
      const durationMs = performance.now() - startedAt;
      tell({ target, durationMs, ...messageOf(request, answer) }, logger);
    }
  };
}

function messageOf(
  request: HttpRequest,
  answer: HttpAnswer | undefined,
): Omit<RequestMessage, "target" | "durationMs"> {
  return {
    method: request.method,
    path: request.path,
    status: answer?.status ?? 0,
    bytesIn: answer?.body.length ?? 0,
    bytesOut: request.body === undefined ? 0 : Buffer.byteLength(request.body),
    attempt: request.attempt,
  };
}
