import type { Logger } from "../core/logger.ts";
import { failures } from "../core/telemetry.ts";

/**
 * Writes what the layers tell into the log: a failed operation as a warning, with its path, errno and the
 * whole chain of causes (the service's code and the request's id are in it).
 */
export function logTelemetry(logger: Logger): Disposable {
  const stop = failures.subscribe(({ operation, path, errno, error }) =>
    logger.warn({ operation, path, errno, err: error }, "failed"),
  );
  return { [Symbol.dispose]: stop };
}
