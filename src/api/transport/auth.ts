import { abandonOnAbort } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import { rememberSecret } from "../../core/known-secrets.ts";
import type { Send } from "./http.ts";

/**
 * A token, or a function that returns the current one, called for each request, so that signing in again needs no
 * new client. When the service refuses the token (401), the function is called once more with that token as
 * `rejected`; when it returns another one, the request is sent again, once. The same happens with `denied` when the
 * service accepts the token, but says that it does not allow the request (403): a later sign-in may allow more. A
 * request that is aborted does not wait for the function; `closed` aborts when the client is closed, and the function
 * should end then.
 */
export type AccessToken =
  | string
  | ((
      rejected: string | undefined,
      closed: AbortSignal,
      denied?: string,
    ) => string | Promise<string>);

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

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
    const ask = async (rejected?: string, denied?: string): Promise<string> => {
      if (typeof token === "string") return checked(token);
      const asked = Promise.resolve(token(rejected, closed, denied));
      return checked(await abandonOnAbort(abandonOnAbort(asked, closed), signal));
    };
    const used = await ask();
    const response = await sendWith(used);
    const { status } = response;
    if (typeof token === "string" || ![UNAUTHORIZED, FORBIDDEN].includes(status)) return response;
    const fresh = await (status === FORBIDDEN ? ask(undefined, used) : ask(used));
    return fresh === used ? response : await sendWith(fresh);
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
