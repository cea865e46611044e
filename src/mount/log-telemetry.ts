import type { Logger } from "../core/logger.ts";
import { failures } from "../core/telemetry.ts";

/**
 * Logs failed operations as warnings, with path, errno and all causes, which include the service's error code and the
 * request id. Disposing stops it.
 */
export function logTelemetry(logger: Logger): Disposable {
  const stop = failures.subscribe(({ operation, path, errno, error }) =>
    logger.warn({ operation, path, errno, err: error }, "failed"),
  );
  return { [Symbol.dispose]: stop };
}
