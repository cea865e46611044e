import type { Logger } from "../core/logger.ts";
import { failures, requests } from "../core/telemetry.ts";

/**
 * Writes what the layers tell into the log: a failed operation as a warning, with its path, errno and the
 * whole chain of causes (the service's code and the request's id are in it); each request at debug level.
 */
export function logTelemetry(logger: Logger): Disposable {
  const stops = [
    failures.subscribe(({ operation, path, errno, error }) =>
      logger.warn({ operation, path, errno, err: error }, "failed"),
    ),
  ];
  if (logger.isLevelEnabled("debug")) {
    stops.push(requests.subscribe((request) => logger.debug({ ...request }, "request")));
  }
  return {
    [Symbol.dispose]: () => {
      for (const stop of stops) stop();
    },
  };
}
