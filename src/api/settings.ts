import process from "node:process";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { defaultLockFolder } from "../core/user-folders.ts";
import type { FetcherKind } from "./content/create-fetcher.ts";
import type { RetryLimits } from "./transport/retry-delay.ts";
import type { RetryOptions } from "./transport/retry.ts";
import type { EnvironmentVariables } from "./transport/trust.ts";
import { defaultUserAgent } from "./transport/user-agent.ts";

/** The options of every client, with or without a token. */
export interface ClientOptions {
  /**
   * How long to wait for the response to a request that was sent, and for the next piece of what is sent or
   * received, in milliseconds. A slow transfer is not cut while it moves, unless it moves less than 4 KiB a second
   * for that long. Default 30 000.
   */
  readonly timeoutMs?: number;
  /** Connections to one origin. Default 16. */
  readonly maxConnections?: number;
  /** Default `bsmount/<version>`. */
  readonly userAgent?: string;
  /** Allows http to other machines: the token then travels in the clear. Default false. */
  readonly insecureHttp?: boolean;
  /**
   * How long the requests of an upload (begin, parts, complete, a whole file) are retried while the service is away
   * or fails, in milliseconds from the first failure. Default 300 000.
   */
  readonly writeDeadlineMs?: number;
  /**
   * How long the service may still be working on a request whose response was lost, in milliseconds. For that long,
   * the effect of a call that must not happen twice, such as creating a project, is searched for before the call is
   * sent again. Default: forty times the first delay of `retry`, 10 000.
   */
  readonly settleMs?: number;
  /**
   * How requests are retried that may be repeated. Default: for 50 seconds after the first failure (`totalMs`),
   * without a limit of attempts, with delays from a quarter of a second to 5 seconds.
   */
  readonly retry?: Partial<RetryLimits>;
  /** Where file content is received: in a worker thread, or on the calling thread. Default `worker`. */
  readonly fetcher?: FetcherKind;
  /** For proxies and certificate authorities. Default `process.env`. */
  readonly environment?: EnvironmentVariables;
  /**
   * The folder of the locks that keep two transfers of the same user from writing to the same local file. Created
   * with mode 0700. Default `bsmount/locks` below `$XDG_STATE_HOME` or `~/.local/state`.
   */
  readonly lockFolder?: string;
  /** The clock of retries and dates; for tests. */
  readonly clock?: Clock;
  /** Logs each request at level debug, without secrets. Default: silent. */
  readonly logger?: Logger;
}

/**
 * The total is a little less than the minute within which a mount replies to every call, so that the reply says what
 * failed and not only that it was late. After an outage, the longest delay passes at most.
 */
const DEFAULT_RETRY: RetryLimits = {
  attempts: Number.POSITIVE_INFINITY,
  firstDelayMs: 250,
  maxDelayMs: 5000,
  totalMs: 50_000,
};

/** In first delays: options that shorten the delays shorten this too. */
const SETTLE_DELAYS = 40;

/** A service that is deployed again is away for minutes; written files must outlive that. */
const WRITE_DEADLINE_MS = 300_000;

const MAX_CONNECT_MS = 10_000;

/** The options of a client with all defaults applied. */
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

export function clientSettings(options: ClientOptions): ClientSettings {
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
