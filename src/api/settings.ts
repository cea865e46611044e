import process from "node:process";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { FetcherKind } from "./content/create-fetcher.ts";
import type { RetryLimits } from "./retry-delay.ts";
import type { RetryOptions } from "./retry.ts";
import type { EnvironmentVariables } from "./trust.ts";
import { defaultUserAgent } from "./user-agent.ts";

/** What every client takes, whether it has a token or not. */
export interface ClientOptions {
  /**
   * For a request to be answered once it is sent, and for the next piece of what is sent or received, in
   * milliseconds: a slow line that goes on is not cut. Default 30 000.
   */
  readonly timeoutMs?: number;
  /** Connections to one origin. Default 16. */
  readonly maxConnections?: number;
  /** Default `bsmount/<version>`. */
  readonly userAgent?: string;
  /** Allows http to other machines: the token then travels in the clear. Default false. */
  readonly insecureHttp?: boolean;
  /** How requests that may be repeated are repeated. Default: 5 attempts within a minute. */
  readonly retry?: Partial<RetryLimits>;
  /** Where file content is received: in a worker thread, or on the calling one. Default `worker`. */
  readonly fetcher?: FetcherKind;
  /** For proxies and certificate authorities. Default `process.env`. */
  readonly environment?: EnvironmentVariables;
  readonly clock?: Clock;
  /** Told each request at level debug, without secrets. Default: a silent one. */
  readonly logger?: Logger;
}

const DEFAULT_RETRY: RetryLimits = {
  attempts: 5,
  firstDelayMs: 250,
  maxDelayMs: 15_000,
  totalMs: 60_000,
};

const MAX_CONNECT_MS = 10_000;

/** What a client works with: its options, with nothing left to default. */
export interface ClientSettings {
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly connections: number;
  readonly userAgent: string;
  readonly variables: EnvironmentVariables;
  readonly fetcherKind: FetcherKind;
  readonly logger: Logger;
  readonly retry: RetryOptions;
}

export function withDefaults(options: ClientOptions): ClientSettings {
  const timeoutMs = options.timeoutMs ?? 30_000;
  return {
    timeoutMs,
    connectTimeoutMs: Math.min(timeoutMs, MAX_CONNECT_MS),
    connections: options.maxConnections ?? 16,
    userAgent: options.userAgent ?? defaultUserAgent(),
    variables: options.environment ?? process.env,
    fetcherKind: options.fetcher ?? "worker",
    logger: options.logger ?? silentLogger,
    retry: {
      limits: { ...DEFAULT_RETRY, ...options.retry },
      clock: options.clock ?? systemClock,
      random: Math.random,
    },
  };
}
