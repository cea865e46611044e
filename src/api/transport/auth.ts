import { abandonOnAbort } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import { rememberSecret } from "../../core/known-secrets.ts";
import type { Send } from "./http.ts";

/**
 * A token, or who knows it now: asked at each request, so that signing in again needs no new client. When
 * the service does not take the token (401) it is asked once more, with that token as `rejected`; where it
 * then knows another one, the request is sent again with that, once. A request that is given up does not wait
 * for the answer; `closed` aborts when the client is closed, and then what the asking began has to end.
 */
export type AccessToken =
  string | ((rejected: string | undefined, closed: AbortSignal) => string | Promise<string>);

/**
 * Adds `Authorization: Bearer`. The send inside knows one origin only, so the token goes nowhere else.
 * `closed` aborts when the client ends.
 */
export function withAuth(token: AccessToken, send: Send, closed: AbortSignal): Send {
  return async (request, signal) => {
    const sendWith = async (value: string) => {
      const headers = { ...request.headers, authorization: `Bearer ${value}` };
      return await send({ ...request, headers }, signal);
    };
    const ask = async (rejected?: string): Promise<string> => {
      if (typeof token === "string") return checked(token);
      const asked = Promise.resolve(token(rejected, closed));
      return checked(await abandonOnAbort(abandonOnAbort(asked, closed), signal));
    };
    const used = await ask();
    const answer = await sendWith(used);
    if (answer.status !== 401 || typeof token === "string") return answer;
    const fresh = await ask(used);
    return fresh === used ? answer : await sendWith(fresh);
  };
}

function checked(token: string): string {
  const value = token.trim();
  if (value === "") {
    throw new BsmountError("not-signed-in", "there is no access token", {
      remedy: "sign in, or give an access token",
    });
  }
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new BsmountError("usage", "the access token has characters that no token has", {
      remedy: "give the token alone, without quotes or line ends",
    });
  }
  rememberSecret(value);
  return value;
}
