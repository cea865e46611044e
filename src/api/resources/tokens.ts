import { decodeTokenDetails, type TokenDetails } from "../models/access-token.ts";
import type { ResourceClient } from "./version-client.ts";
import type { CallOptions, Rest } from "../transport/rest.ts";

/** The client's own access token. */
export class Tokens {
  readonly #client: ResourceClient;
  readonly #rest: Rest;

  constructor(client: ResourceClient, rest: Rest) {
    this.#client = client;
    this.#rest = rest;
  }

  /** Whose it is, of which app, and what it allows: `GET /v1pre3/oauthv2/token/current`. */
  async current(options?: CallOptions): Promise<TokenDetails> {
    return await this.#client.one("oauthv2/token/current", decodeTokenDetails, options);
  }

  /** Ends the token for good, everywhere: `DELETE /v2/oauthv2tokens/current`. */
  async revoke(options?: CallOptions): Promise<void> {
    const path = "/v2/oauthv2tokens/current";
    await this.#rest.change({ method: "DELETE", path, isRepeatable: false }, options);
  }
}
