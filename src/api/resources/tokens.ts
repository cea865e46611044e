import { decodeTokenDetails, type TokenDetails } from "../models/access-token.ts";
import type { VersionClients } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";

/** The client's own access token. */
export class Tokens {
  readonly #clients: VersionClients;

  constructor(clients: VersionClients) {
    this.#clients = clients;
  }

  /** Whose it is, of which app, and what it allows: `GET /v1pre3/oauthv2/token/current`. */
  async current(options?: CallOptions): Promise<TokenDetails> {
    return await this.#clients.v1.one("oauthv2/token/current", decodeTokenDetails, options);
  }

  /** Ends the token for good, everywhere: `DELETE /v2/oauthv2tokens/current`. */
  async revoke(options?: CallOptions): Promise<void> {
    const change = {
      method: "DELETE",
      path: "oauthv2tokens/current",
      isRepeatable: false,
    } as const;
    await this.#clients.v2.change(change, options);
  }
}
