import { z } from "zod";
import {
  computed,
  decoder,
  type ModelOf,
  nested,
  optional,
  required,
  withDefault,
} from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeUser } from "./user.ts";
import { date, id, text } from "./wire.ts";

const scopeList = z
  .array(text)
  .transform((scopes): readonly string[] => scopes.map((scope) => scope.trim().toUpperCase()));

const scopeFields = {
  /** What the token allows, each clause in upper case: `WRITE PROJECT 12`. */
  scopes: withDefault("Scopes", scopeList, () => []),
};

/** What a token allows. The token itself is left out. */
export interface TokenScopes extends ModelOf<typeof scopeFields> {}

export const decodeTokenScopes: Decode<TokenScopes> = decoder(scopeFields);

const applicationFields = {
  /** BaseSpace's Id. */
  id: required<string>("Id", id),
  /** The name, not unique. */
  name: optional("Name", text),
};

/** The app that a token belongs to. */
export interface TokenApplication extends ModelOf<typeof applicationFields> {}

const decodeTokenApplication: Decode<TokenApplication> = decoder(applicationFields);

const detailFields = {
  ...scopeFields,
  /** The app that the token was issued to. */
  application: nested("Application", decodeTokenApplication),
  /** The user who approved the app. */
  user: nested("UserResourceOwner", decodeUser),
  /** When the token was issued. */
  dateCreated: optional("DateCreated", date),
  /** The service's JSON object without the token. */
  raw: computed(({ AccessToken: _secret, ...json }) => json),
};

/** What the service tells about a token. */
export interface TokenDetails extends ModelOf<typeof detailFields> {}

export const decodeTokenDetails: Decode<TokenDetails> = decoder(detailFields);
