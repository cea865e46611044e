import { channel } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** Each new {@link Leaks} is told here, for whoever watches over all emulators of a process. */
export const LEAKS_CHANNEL = "bsmount:emulator:leaks";

const CREDENTIALS = ["authorization", "x-access-token", "cookie"];
const KEPT_LEAKS = 1000;

/**
 * Requests that brought the object store a credential beside the signature of their link. They are
 * remembered, since a client that sends its token to another party has a fault that nobody may see
 * otherwise: the service's store, too, refuses only those that it takes for a second way to sign.
 */
export class Leaks {
  readonly #found: string[] = [];

  constructor() {
    channel(LEAKS_CHANNEL).publish(this);
  }

  /** Such as `GET /0f…: authorization`, without values; oldest first, at most the first 1000. */
  get found(): readonly string[] {
    return this.#found;
  }

  /** Names what `request` should not have brought, and remembers it. */
  look({ method = "", url = "", headers }: IncomingMessage): readonly string[] {
    const [path = "", search = ""] = url.split("?", 2);
    const names = CREDENTIALS.filter((name) => headers[name] !== undefined);
    const queries = [...new URLSearchParams(search).keys()].map((name) => name.toLowerCase());
    if (queries.includes("access_token")) names.push("access_token");
    if (names.length > 0 && this.#found.length < KEPT_LEAKS) {
      this.#found.push(`${method} ${path}: ${names.join(", ")}`);
    }
    return names;
  }

  /**
   * Whether `names`, as {@link look} gives them, hold what the service's store takes for a second way to
   * sign. It has never heard of the API's own headers, so that it serves a request with these.
   */
  static isSecondSignature(names: readonly string[]): boolean {
    return names.includes("authorization");
  }

  clear(): void {
    this.#found.length = 0;
  }
}
