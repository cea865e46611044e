import { BaseSpace } from "../api/client.ts";
import type { ClientOptions } from "../api/settings.ts";
import type { ConnectionConfig } from "../config/connection.ts";
import { rereadToken } from "../config/reread-token.ts";
import { abandonOnAbort, neverAborted } from "../core/abort.ts";
import { type Logger, silentLogger } from "../core/logger.ts";

/**
 * The session's access token, as long as the service accepts it. When it is refused, or does not allow a request, it is
 * looked up again where it came from, so that a running mount continues after a new `bsmount auth`. Requests that are refused at the same time
 * share one lookup. A token of another user is not accepted: what is listed and cached belongs to the first one.
 */
export class CurrentToken {
  readonly #connection: ConnectionConfig;
  readonly #options: ClientOptions;
  readonly #logger: Logger;
  #token: string;
  #userId: string | undefined;
  /** Another user's, so it is not looked at for every request that is refused. */
  #foreign: string | undefined;
  #lookup: Promise<void> | undefined;

  /** @param options those of the client: a token that was found is tried in the way that it will be used */
  constructor(connection: ConnectionConfig, options: ClientOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#token = connection.accessToken;
  }

  /** As `AccessToken` of the client. */
  readonly ask = async (
    rejected: string | undefined,
    closed: AbortSignal,
    denied?: string,
  ): Promise<string> => {
    if ((rejected ?? denied) === this.#token) await this.#lookUpOnce(closed);
    return this.#token;
  };

  /** Looks it up again where it came from, because it does not allow enough; returns whether it is another one now. */
  readonly reread = async (signal: AbortSignal): Promise<boolean> => {
    const before = this.#token;
    await abandonOnAbort(this.#lookUpOnce(neverAborted), signal);
    return this.#token !== before;
  };

  /** From now on only tokens of this user are accepted. */
  belongsTo(userId: string): void {
    this.#userId = userId;
  }

  async #lookUpOnce(signal: AbortSignal): Promise<void> {
    this.#lookup ??= this.#lookUp(signal).finally(() => {
      this.#lookup = undefined;
    });
    await this.#lookup;
  }

  async #lookUp(signal: AbortSignal): Promise<void> {
    try {
      const found = await rereadToken(this.#connection.tokenOrigin);
      if (found === undefined || found === "") return;
      if (found === this.#token || found === this.#foreign) return;
      if (await this.#belongsToOtherUser(found, signal)) {
        this.#foreign = found;
        this.#logger.warn(
          "the access token was refused; the one that was stored since belongs to another user",
        );
        return;
      }
      this.#token = found;
      this.#logger.info(
        "the access token was refused; continuing with the one that was stored since",
      );
    } catch (err) {
      if (signal.aborted) return;
      this.#logger.warn({ err }, "the access token was refused, and no other one works");
    }
  }

  async #belongsToOtherUser(accessToken: string, signal: AbortSignal): Promise<boolean> {
    if (this.#userId === undefined) return false;
    await using client = new BaseSpace({ ...this.#connection, ...this.#options, accessToken });
    return (await client.users.current({ signal })).id !== this.#userId;
  }
}
