import type { Clock } from "../core/clock.ts";
import type { Catalog } from "./catalog/schema.ts";
import type { LoggedRequest } from "./server/request-log.ts";

/** Options of {@link startEmulator}; all of them are optional. */
export interface EmulatorOptions {
  /** The address on which both servers listen. @default "127.0.0.1" */
  readonly host?: string;
  /**
   * Host names, without port, under which a proxy or a container network reaches the emulator. A request whose `Host`
   * is none of these, no loopback name and not the address it was sent to gets 421. @default none
   */
  readonly hostNames?: readonly string[];
  /** Port of the API; 0 means any free one. The object store always uses a free one. @default 0 */
  readonly port?: number;
  /** Folder for persistent data. @default none: everything is in memory and lost when the emulator is closed */
  readonly dataDir?: string;
  /** The initial content of the account; ignored for a data folder that has data already. @default one user */
  readonly catalog?: Catalog;
  /** The catalog as a JSON file; paths in it are relative to its folder. Ignored if `catalog` is set. */
  readonly catalogFile?: string;
  /** Base URL of another object store; signed links then lead to `<url>/<32 hex>?…`. @default the emulator's own */
  readonly objectStoreUrl?: string;
  /**
   * Whether the object store, and therefore every signed link, is served over TLS. The certificate, which clients have to
   * trust, is made at the start, or at the first start with a data folder. @default false
   */
  readonly tls?: boolean;
  /** Fault rules `METHOD PATTERN [n=K] ACTION…`, see `faults/rule.ts`. @default none */
  readonly faults?: readonly string[];
  /** Whether every sign-in of an app is approved at once, without asking the user. @default false */
  readonly autoApprove?: boolean;
  /** The clock for dates and the expiry of links. @default the system's */
  readonly clock?: Clock;
  /** How long signed links are valid, in milliseconds. @default 7 days less 2 minutes */
  readonly linkLifetimeMs?: number;
  /** The least size of a part, except the last; smaller for tests with small parts. @default 5 000 000 */
  readonly minPartBytes?: number;
  /** The limit of an upload in one piece; a larger one gets 413. @default 134 217 728, 128 MiB */
  readonly maxSingleBytes?: number;
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** Origin of the API, without trailing slash. */
  readonly apiServer: string;
  /** A new token of the catalog's first user, with all scopes. */
  readonly accessToken: string;
  /** Origin of the billing API, which is the API's. */
  readonly storeServer: string;
  /** Origin of the object store. */
  readonly objectServer: string;
  /** The PEM file of the object store's certificate, for `NODE_EXTRA_CA_CERTS`; undefined without TLS. */
  readonly caPath: string | undefined;
  /** The absolute path of the data folder; undefined if everything is in memory. */
  readonly dataDir: string | undefined;
  /** Process Id of the emulator. */
  readonly pid: number;
  /** The last 10 000 requests to both servers, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Empties {@link requests}. */
  clearRequests(): void;
  /**
   * Requests that sent the object store a token, an `Authorization` or a cookie in addition to a signed link, such as
   * `GET /0f…: authorization`; at most the first 1000. The object store refuses an `Authorization` with 400 and serves
   * the others. A correct client causes none.
   */
  readonly leaks: readonly string[];
  /** Empties {@link leaks}. */
  clearLeaks(): void;
  /** Adds fault rules. @throws BsmountError `usage` for an invalid one; then none is added */
  addFaults(...rules: string[]): void;
  /** Removes all fault rules. */
  clearFaults(): void;
  /** Stops listening, closes all connections and finishes writing the data folder. It can be called twice. */
  close(): Promise<void>;
}
