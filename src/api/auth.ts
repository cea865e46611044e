import { BsmountError } from "../core/errors.ts";
import type { Send } from "./http.ts";

/** A token, or who knows it now: asked at each request, so that signing in again needs no new client. */
export type AccessToken = string | (() => string);

/** Adds `Authorization: Bearer`. The send inside knows one origin only, so the token goes nowhere else. */
export function withAuth(token: AccessToken, send: Send): Send {
  return async (request, signal) => {
    const headers = { ...request.headers, authorization: `Bearer ${currentToken(token)}` };
    return await send({ ...request, headers }, signal);
  };
}

function currentToken(token: AccessToken): string {
  const value = (typeof token === "string" ? token : token()).trim();
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
  return value;
}
