import type { Logger } from "../core/logger.ts";
import { type RequestMessage, requests } from "../core/telemetry.ts";

/** Whether anybody wants to know of requests: checked before one is timed. */
export function isTold(logger: Logger): boolean {
  return requests.active || logger.isLevelEnabled("debug");
}

/** Publishes one exchange, and logs it at level debug. */
export function tell(message: RequestMessage, logger: Logger): void {
  requests.publish(message);
  logger.debug(message, "request");
}
