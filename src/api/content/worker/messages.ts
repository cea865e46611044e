import type { EnvironmentVariables } from "../../transport/trust.ts";
import type { WorkerOutcome, WorkerQuery } from "./range-exchange.ts";

/** The settings that the worker starts with. */
export interface WorkerSettings {
  /** The variables that name certificate authorities. */
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
      /** Bytes of memory that the worker has not seen before, for it to count. */
      readonly newBytes: number;
    }
  | { readonly kind: "abort"; readonly id: number };

/** Sent once for each `fetch`. After it, nothing writes to the query's memory. */
export interface FromWorker {
  readonly id: number;
  readonly outcome: WorkerOutcome | { readonly kind: "aborted" };
}
