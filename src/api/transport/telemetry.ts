import { performance } from "node:perf_hooks";
import type { Logger } from "../../core/logger.ts";
import { type RequestMessage, requests } from "../../core/telemetry.ts";
import type { HttpRequest, HttpResponse, Send } from "./http.ts";

interface TelemetryOptions {
  readonly logger: Logger;
  readonly target: RequestMessage["target"];
}

/** Whether anything listens to requests: checked before one is timed. */
export function isObserved(logger: Logger): boolean {
  return requests.active || logger.isLevelEnabled("debug");
}

/** Publishes one exchange, and logs it at level debug. */
export function publishRequest(message: RequestMessage, logger: Logger): void {
  requests.publish(message);
  logger.debug(message, "request");
}

/** Publishes each exchange, failed ones too, and logs it at level debug. */
export function withTelemetry(send: Send, { logger, target }: TelemetryOptions): Send {
  return async (request, signal) => {
    if (!isObserved(logger)) return await send(request, signal);
    const startedAt = performance.now();
    let response: HttpResponse | undefined;
    try {
      response = await send(request, signal);
      return response;
    } finally {
      const durationMs = performance.now() - startedAt;
      publishRequest({ target, durationMs, ...messageOf(request, response) }, logger);
    }
  };
}

function messageOf(
  request: HttpRequest,
  response: HttpResponse | undefined,
): Omit<RequestMessage, "target" | "durationMs"> {
  return {
    method: request.method,
    path: request.path,
    status: response?.status ?? 0,
    bytesIn: response?.body.length ?? 0,
    bytesOut: request.body === undefined ? 0 : Buffer.byteLength(request.body),
    attempt: request.attempt,
  };
}
