import type { Clock } from "../core/clock.ts";
import type { Catalog } from "./catalog/schema.ts";
import type { LoggedRequest } from "./server/request-log.ts";

export interface EmulatorOptions {
  /** The address that both listeners take. @default "127.0.0.1" */
  readonly host?: string;
  /**
   * Names, without port, by which a proxy or a container's network calls the emulator. It answers 421 to a
   * request with a `Host` that is neither one of them nor a loopback name nor the address that was asked.
   */
  readonly hostNames?: readonly string[];
  /** Port of the API; 0 takes any free one. The object store always takes a free one. @default 0 */
  readonly port?: number;
  /** Folder for a state that outlives the process. By default all is forgotten at the end. */
  readonly dataDir?: string;
  /** What the account holds at first; a data folder that has been filled before ignores it. */
  readonly catalog?: Catalog;
  /** The same as a JSON file; paths in it are relative to its folder. */
  readonly catalogFile?: string;
  /** Signed links point at `<url>/<32 hex>?…` here instead of at the emulator's own object store. */
  readonly objectStoreUrl?: string;
  /** Fault rules, see `faults/rule.ts`. */
  readonly faults?: readonly string[];
  /** Every sign-in of an app is approved at once, with nobody asked. @default false */
  readonly autoApprove?: boolean;
  /** Decides dates and the expiry of links. */
  readonly clock?: Clock;
  /** How long a signed link lives. @default 7 days less 2 minutes */
  readonly linkLifetimeMs?: number;
  /** The least size of a part but the last, for tests that upload in small ones. @default 5 000 000 */
  readonly minPartBytes?: number;
  /** The most bytes of an upload in one piece; more is 413. @default 134 217 728, 128 MiB */
  readonly maxSingleBytes?: number;
}

/** A running local BaseSpace. */
export interface Emulator extends AsyncDisposable {
  /** Origin of the API, without trailing slash. */
  readonly apiServer: string;
  /** A fresh token of the catalog's first user, with every scope. */
  readonly accessToken: string;
  /** Origin of the billing API: for now the API's own. */
  readonly storeServer: string;
  /** Origin of the object store. */
  readonly objectServer: string;
  readonly dataDir: string | undefined;
  readonly pid: number;
  /** The last requests to both halves, oldest first. */
  readonly requests: readonly LoggedRequest[];
  clearRequests(): void;
  /**
   * Requests that brought the object store a token, an `Authorization` or a cookie beside a signed link,
   * such as `GET /0f…: authorization`. The object store refuses an `Authorization` with 400 and serves the
   * others; a careful client has none.
   */
  readonly leaks: readonly string[];
  clearLeaks(): void;
  /** Adds fault rules. @throws BsmountError `usage` for one that makes no sense */
  addFaults(...rules: string[]): void;
  clearFaults(): void;
  /** Stops listening, ends every connection, keeps what has to be kept. Safe to call twice. */
  close(): Promise<void>;
}
