import { z } from "zod";
import { type Decode, parse } from "./parse.ts";
import { maybe, text } from "./wire.ts";

const shape = z.object({ Scopes: maybe(z.array(text)) });

/** What a token allows, each clause in upper case: `WRITE PROJECT 12`. The token itself is left out. */
export interface TokenScopes {
  readonly scopes: readonly string[];
}

export const decodeTokenScopes: Decode<TokenScopes> = (value, at) => {
  const { Scopes } = parse(shape, value, at);
  return { scopes: (Scopes ?? []).map((scope) => scope.trim().toUpperCase()) };
};
