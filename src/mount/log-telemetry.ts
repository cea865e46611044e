import { BsmountError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { failures } from "../core/telemetry.ts";

/**
 * Logs failed operations as warnings, with path, errno, all causes, which include the service's error code and the
 * request id, and what to do. Disposing stops it.
 */
export function logTelemetry(logger: Logger): Disposable {
  const stop = failures.subscribe(({ operation, path, errno, error }) =>
    logger.warn({ operation, path, errno, err: error, ...remedyOf(error) }, "failed"),
  );
  return { [Symbol.dispose]: stop };
}

function remedyOf(error: unknown): { readonly remedy?: string } {
  const remedy = error instanceof BsmountError ? error.remedy : undefined;
  return remedy === undefined ? {} : { remedy };
}
