import {
  Connection,
  type ConnectionOwner,
  type ConnectionSettings,
  type Origin,
} from "./connection.ts";
import { RangeExchange, type WorkerOutcome, type WorkerQuery } from "./range-exchange.ts";

interface Job {
  readonly query: WorkerQuery;
  readonly onEnd: (outcome: WorkerOutcome) => void;
  connection: Connection | undefined;
}

/**
 * The connections to one origin, up to a maximum. The one that was used last is used first; further jobs wait in
 * line.
 */
class OriginPool implements ConnectionOwner {
  session: Buffer | undefined;
  readonly #origin: Origin;
  readonly #settings: ConnectionSettings;
  readonly #maxConnections: number;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  readonly #waiting = new Set<Job>();

  constructor(origin: Origin, settings: ConnectionSettings, maxConnections: number) {
    this.#origin = origin;
    this.#settings = settings;
    this.#maxConnections = maxConnections;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#waiting.size === 0;
  }

  submit(job: Job): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) this.#run(job, idle);
    else if (this.#open.size < this.#maxConnections) this.#run(job, this.#connect());
    else this.#waiting.add(job);
  }

  cancel(job: Job): void {
    this.#waiting.delete(job);
    job.connection?.destroy();
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy();
  }

  onIdle(connection: Connection): void {
    const next = this.#takeWaiting();
    if (next === undefined) this.#idle.push(connection);
    else this.#run(next, connection);
  }

  onClosed(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const next = this.#takeWaiting();
    if (next !== undefined) this.#run(next, this.#connect());
  }

  #takeWaiting(): Job | undefined {
    const [next] = this.#waiting;
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }

  #connect(): Connection {
    const connection = new Connection(this.#origin, this.#settings, this);
    this.#open.add(connection);
    return connection;
  }

  #run(job: Job, connection: Connection): void {
    job.connection = connection;
    connection.run(new RangeExchange(job.query), job.query.timeoutMs, (outcome) => {
      job.connection = undefined;
      if (outcome === "stale") this.submit(job);
      else job.onEnd(outcome);
    });
  }
}

/** Runs queries on persistent connections to any origin. */
export class ConnectionPool {
  readonly #settings: ConnectionSettings;
  readonly #maxConnections: number;
  readonly #origins = new Map<string, OriginPool>();

  constructor(settings: ConnectionSettings, maxConnections: number) {
    this.#settings = settings;
    this.#maxConnections = maxConnections;
  }

  /** Calls `onEnd` once, unless cancelled. After the returned function has been called, nothing is written. */
  start(query: WorkerQuery, onEnd: (outcome: WorkerOutcome) => void): () => void {
    const pool = this.#poolOf(new URL(query.href));
    const job: Job = { query, onEnd, connection: undefined };
    pool.submit(job);
    return () => pool.cancel(job);
  }

  #poolOf(url: URL): OriginPool {
    const known = this.#origins.get(url.origin);
    if (known !== undefined) return known;
    for (const [name, pool] of this.#origins) if (pool.isEmpty) this.#origins.delete(name);
    const isTls = url.protocol === "https:";
    const origin: Origin = {
      isTls,
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(url.port || (isTls ? 443 : 80)),
    };
    const pool = new OriginPool(origin, this.#settings, this.#maxConnections);
    this.#origins.set(url.origin, pool);
    return pool;
  }
}
