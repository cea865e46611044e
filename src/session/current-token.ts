import { BaseSpace } from "../api/client.ts";
import type { ClientOptions } from "../api/settings.ts";
import type { ConnectionConfig } from "../config/connection.ts";
import { rereadToken } from "../config/reread-token.ts";
import { type Logger, silentLogger } from "../core/logger.ts";

/**
 * The session's access token for as long as the service takes it. One that is refused is looked up again
 * where it came from, so that a running mount goes on after a new `bsmount auth`. Many requests that are
 * refused at a time look once. A token of another user is not taken: what is listed and kept in memory
 * is the first one's.
 */
export class CurrentToken {
  readonly #connection: ConnectionConfig;
  readonly #options: ClientOptions;
  readonly #logger: Logger;
  #token: string;
  #userId: string | undefined;
  #looking: Promise<void> | undefined;

  /** `options` are those of the client: a token that was found is tried as it will be used. */
  constructor(connection: ConnectionConfig, options: ClientOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#token = connection.accessToken;
  }

  /** As `AccessToken` of the client. */
  readonly ask = async (rejected: string | undefined, closed: AbortSignal): Promise<string> => {
    if (rejected === this.#token) {
      this.#looking ??= this.#look(closed).finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return this.#token;
  };

  /** From now on only tokens of this user will do. */
  belongsTo(userId: string): void {
    this.#userId = userId;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      const found = await rereadToken(this.#connection.tokenOrigin);
      if (found === undefined || found === "" || found === this.#token) return;
      if (await this.#isOfOtherUser(found, signal)) {
        this.#logger.warn("the token was refused; the one stored since is another user's");
        return;
      }
      this.#token = found;
      this.#logger.info(
        "the access token was refused; going on with the one that was stored since",
      );
    } catch (err) {
      if (signal.aborted) return;
      this.#logger.warn({ err }, "the access token was refused, and there is no other that works");
    }
  }

  async #isOfOtherUser(accessToken: string, signal: AbortSignal): Promise<boolean> {
    if (this.#userId === undefined) return false;
    await using client = new BaseSpace({ ...this.#connection, ...this.#options, accessToken });
    return (await client.users.current({ signal })).id !== this.#userId;
  }
}
