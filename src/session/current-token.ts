import type { ConnectionConfig } from "../config/connection.ts";
import { readTokenAgain } from "../config/token-origin.ts";
import type { Logger } from "../core/logger.ts";

/**
 * The session's access token for as long as the service takes it. One that is refused is looked up again
 * where it came from, so that a running mount goes on after a new `bsmount auth`. Many requests that are
 * refused at a time look once.
 */
export function currentToken(
  { accessToken, tokenOrigin }: ConnectionConfig,
  logger: Logger,
): (rejected?: string) => Promise<string> {
  let token = accessToken;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      const found = await readTokenAgain(tokenOrigin);
      if (found === undefined || found === "" || found === token) return;
      token = found;
      logger.info("the access token was refused; going on with the one that was stored since");
    } catch (err) {
      logger.warn({ err }, "the access token was refused, and cannot be looked up again");
    } finally {
      looking = undefined;
    }
  };
  return async (rejected) => {
    if (rejected === token) await (looking ??= look());
    return token;
  };
}
