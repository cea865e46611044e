import { channel } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** Publishes each new {@link Leaks}, so that a test can check all emulators of its process. */
export const LEAKS_CHANNEL = "bsmount:emulator:leaks";

const CREDENTIAL_HEADERS = ["authorization", "x-access-token", "cookie"];
const MAX_LEAKS = 1000;

/**
 * Records requests that sent the object store a credential in addition to their signed link. A client that sends
 * its token to a third party has a fault that would go unnoticed otherwise: the service's store too refuses only
 * what it takes for a second way to sign.
 */
export class Leaks {
  readonly #found: string[] = [];

  constructor() {
    channel(LEAKS_CHANNEL).publish(this);
  }

  /** Entries such as `GET /0f…: authorization`, without values; oldest first, at most the first 1000. */
  get found(): readonly string[] {
    return this.#found;
  }

  /** Records the credentials in `request` and returns their names. */
  record({ method = "", url = "", headers }: IncomingMessage): readonly string[] {
    const [path = "", search = ""] = url.split("?", 2);
    const names = CREDENTIAL_HEADERS.filter((name) => headers[name] !== undefined);
    const queries = [...new URLSearchParams(search).keys()].map((name) => name.toLowerCase());
    if (queries.includes("access_token")) names.push("access_token");
    if (names.length > 0 && this.#found.length < MAX_LEAKS) {
      this.#found.push(`${method} ${path}: ${names.join(", ")}`);
    }
    return names;
  }

  /**
   * Whether `names`, as {@link record} returns them, include what the service's store takes for a second way to
   * sign. The store does not know the API's own headers and serves requests that have them.
   */
  static isSecondSignature(names: readonly string[]): boolean {
    return names.includes("authorization");
  }

  clear(): void {
    this.#found.length = 0;
  }
}
