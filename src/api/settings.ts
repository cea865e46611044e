import process from "node:process";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { defaultLockFolder } from "../core/user-folders.ts";
import type { FetcherKind } from "./content/create-fetcher.ts";
import type { RetryLimits } from "./transport/retry-delay.ts";
import type { RetryOptions } from "./transport/retry.ts";
import type { EnvironmentVariables } from "./transport/trust.ts";
import { defaultUserAgent } from "./transport/user-agent.ts";

/** What every client takes, whether it has a token or not. */
export interface ClientOptions {
  /**
   * For a request to be answered once it is sent, and for the next piece of what is sent or received, in
   * milliseconds: a slow line that goes on is not cut, unless it moves less than 4 KiB a second for so long. Default
   * 30 000.
   */
  readonly timeoutMs?: number;
  /** Connections to one origin. Default 16. */
  readonly maxConnections?: number;
  /** Default `bsmount/<version>`. */
  readonly userAgent?: string;
  /** Allows http to other machines: the token then travels in the clear. Default false. */
  readonly insecureHttp?: boolean;
  /**
   * How long the requests of an upload (its begin, its parts, its end, a whole file) are repeated while the
   * service is away or fails, in milliseconds from the first failure on. Default 300 000.
   */
  readonly writeDeadlineMs?: number;
  /**
   * How long the service may still be working on a request whose answer was lost, in milliseconds. What must not
   * be done twice, such as making a project, is looked for so long before it is sent again. Default forty times the first delay of `retry`,
   * 10 000.
   */
  readonly settleMs?: number;
  /**
   * How requests that may be repeated are repeated. Default: for 50 seconds after the first failure (`totalMs`),
   * any number of attempts, with pauses that grow from a quarter of a second to 5 seconds.
   */
  readonly retry?: Partial<RetryLimits>;
  /** Where file content is received: in a worker thread, or on the calling one. Default `worker`. */
  readonly fetcher?: FetcherKind;
  /** For proxies and certificate authorities. Default `process.env`. */
  readonly environment?: EnvironmentVariables;
  /**
   * Transfers keep out others of the same user that have the same one: two to one place on disk would write into each
   * other. Made with mode 0700 by the first one. Default `bsmount/locks` below `$XDG_STATE_HOME` or `~/.local/state`.
   */
  readonly lockFolder?: string;
  readonly clock?: Clock;
  /** Told each request at level debug, without secrets. Default: a silent one. */
  readonly logger?: Logger;
}

/**
 * The total is a little less than the minute within which a mount answers every call, so that it answers with
 * what was wrong and not that it was late. After an outage nobody waits longer than the longest pause.
 */
const DEFAULT_RETRY: RetryLimits = {
  attempts: Number.POSITIVE_INFINITY,
  firstDelayMs: 250,
  maxDelayMs: 5000,
  totalMs: 50_000,
};

/** First delays, as what makes pauses shorter makes this shorter too. */
const SETTLE_DELAYS = 40;

/** A service that is set up anew is away for minutes; what was written must outlive that. */
const WRITE_DEADLINE_MS = 300_000;

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
  readonly writeDeadlineMs: number;
  readonly lockFolder: string;
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
    writeDeadlineMs: options.writeDeadlineMs ?? WRITE_DEADLINE_MS,
    lockFolder: options.lockFolder ?? defaultLockFolder(),
    retry: retryOf(options),
  };
}

function retryOf({ retry, settleMs, clock }: ClientOptions): RetryOptions {
  const limits = { ...DEFAULT_RETRY, ...retry };
  return {
    limits,
    settleMs: settleMs ?? SETTLE_DELAYS * limits.firstDelayMs,
    clock: clock ?? systemClock,
    random: Math.random,
  };
}
