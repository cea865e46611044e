import { performance } from "node:perf_hooks";
import { requests } from "../core/telemetry.ts";
import type { HttpAnswer, HttpRequest, Send } from "./http.ts";

/** Publishes each exchange, failed ones too. */
export function withTelemetry(send: Send): Send {
  return async (request, signal) => {
    if (!requests.active) return await send(request, signal);
    const startedAt = performance.now();
    let answer: HttpAnswer | undefined;
    try {
      answer = await send(request, signal);
      return answer;
    } finally {
      publish(request, answer, performance.now() - startedAt);
    }
  };
}

function publish(request: HttpRequest, answer: HttpAnswer | undefined, durationMs: number): void {
  requests.publish({
    target: "api",
    method: request.method,
    path: request.path,
    status: answer?.status ?? 0,
    durationMs,
    bytesIn: answer?.body.length ?? 0,
    bytesOut: request.body === undefined ? 0 : Buffer.byteLength(request.body),
    attempt: request.attempt,
  });
}
