import type { Dispatcher } from "undici";
import type { Logger } from "../../core/logger.ts";
import { proxySettings } from "../transport/dispatcher.ts";
import type { EnvironmentVariables } from "../transport/trust.ts";
import { FallbackFetcher } from "./fallback-fetcher.ts";
import { TelemetryFetcher } from "./fetcher-telemetry.ts";
import type { RangeFetcher } from "./range-fetcher.ts";
import { UndiciFetcher } from "./undici-fetcher.ts";
import { WorkerFetcher } from "./worker/worker-fetcher.ts";

/**
 * - `worker`: plain sockets in a worker thread; what they cannot do is done on the calling thread
 * - `main`: undici on the calling thread
 */
export type FetcherKind = "worker" | "main";

export interface FetcherOptions {
  readonly fetcherKind: FetcherKind;
  readonly variables: EnvironmentVariables;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly userAgent: string;
  readonly logger: Logger;
}

/** Behind a proxy there is only undici: the sockets go straight to the store. */
export function createFetcher(dispatcher: Dispatcher, options: FetcherOptions): RangeFetcher {
  const { logger } = options;
  const thorough = new TelemetryFetcher(new UndiciFetcher(dispatcher, options.userAgent), logger);
  if (options.fetcherKind === "main" || proxySettings(options.variables) !== undefined) {
    return thorough;
  }
  const { connections, connectTimeoutMs, userAgent } = options;
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = options.variables;
  const variables = { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS };
  const fast = new WorkerFetcher({ connections, connectTimeoutMs, userAgent, variables });
  return new FallbackFetcher(new TelemetryFetcher(fast, logger), thorough, logger);
}
