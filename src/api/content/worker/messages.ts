import type { EnvironmentVariables } from "../../transport/trust.ts";
import type { WorkerOutcome, WorkerQuery } from "./range-exchange.ts";

/** What the worker is started with. */
export interface WorkerSettings {
  /** Those that name certificate authorities. */
  readonly variables: EnvironmentVariables;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly userAgent: string;
}

export type ToWorker =
  | {
      readonly kind: "fetch";
      readonly id: number;
      readonly query: WorkerQuery;
      /** Of the memory behind the query's pieces, for the worker to count. */
      readonly newBytes: number;
    }
  | { readonly kind: "abort"; readonly id: number };

/** Sent once for each `fetch`. After it, nothing writes to the query's memory. */
export interface FromWorker {
  readonly id: number;
  readonly outcome: WorkerOutcome | { readonly kind: "aborted" };
}
