import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";

/*
 * Messages of the layers about their work. Only `session/` and the layers above it listen; without a listener, a
 * message costs one check. Messages contain bytes, milliseconds and counts, and never a secret.
 */

/** One attempt of an HTTP request. */
export interface RequestMessage {
  /** `api`: the REST service. `store`: the object store behind signed links. */
  readonly target: "api" | "store";
  readonly method: string;
  /** The path without host and query; `/content` for the object store. */
  readonly path: string;
  /** HTTP status; 0 without a response. */
  readonly status: number;
  readonly durationMs: number;
  /** Body bytes received. */
  readonly bytesIn: number;
  /** Body bytes sent. */
  readonly bytesOut: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** Blocks that a reader requested, or that were prefetched. */
export interface BlockMessage {
  /**
   * - `hit`: the cache had them
   * - `miss`: a reader waited for a fetch that it caused
   * - `shared`: a reader waited for a fetch that was already under way
   * - `prefetch`: fetched ahead of any reader
   * - `wasted`: dropped from the cache without ever being read
   */
  readonly outcome: "hit" | "miss" | "shared" | "prefetch" | "wasted";
  readonly blocks: number;
}

/** One operation of the kernel. */
export interface OperationMessage {
  readonly operation: string;
  /** 0, or the positive errno. */
  readonly errno: number;
  readonly durationMs: number;
  /** The bytes that a read returned to the kernel. */
  readonly bytes: number;
}

/** One listing that was requested from the catalog. */
export interface ListingMessage {
  readonly outcome: "hit" | "miss" | "shared";
  readonly collection: string;
}

/** A failed operation that a user may want to read about. */
export interface FailureMessage {
  readonly operation: string;
  readonly path: string;
  readonly errno: number;
  readonly error: unknown;
}

/** A request that failed and will be sent again. */
export interface RetryMessage {
  /** What failed and why, without secrets. */
  readonly why: string;
  /** The time since the first failure of the call, in milliseconds. */
  readonly elapsedMs: number;
  /** How long after its first failure the call is retried at most, in milliseconds. */
  readonly totalMs: number;
}

export interface TelemetryChannel<Message> {
  /** False without a listener; check it before building an expensive message. */
  readonly active: boolean;
  publish(message: Message): void;
  subscribe(listener: (message: Message) => void): () => void;
}

function typedChannel<Message>(name: string): TelemetryChannel<Message> {
  const fullName = `bsmount:${name}`;
  const inner = channel(fullName);
  return {
    get active() {
      return inner.hasSubscribers;
    },
    publish: (message) => {
      if (inner.hasSubscribers) inner.publish(message);
    },
    subscribe: (listener) => {
      const onMessage = (message: unknown): void => listener(message as Message);
      subscribe(fullName, onMessage);
      return () => void unsubscribe(fullName, onMessage);
    },
  };
}

export const requests: TelemetryChannel<RequestMessage> = typedChannel("request");
export const blocks: TelemetryChannel<BlockMessage> = typedChannel("block");
export const operations: TelemetryChannel<OperationMessage> = typedChannel("operation");
export const listings: TelemetryChannel<ListingMessage> = typedChannel("listing");
export const retries: TelemetryChannel<RetryMessage> = typedChannel("retry");
export const failures: TelemetryChannel<FailureMessage> = typedChannel("failure");
