import { z } from "zod";
import type { Raw, User } from "./models.ts";
import { type Decode, model, optional, parse } from "./parse.ts";
import { decodeUser } from "./user.ts";
import { anything, date, id, maybe, text } from "./wire.ts";

const shape = z.object({ Scopes: maybe(z.array(text)) });

/** What a token allows, each clause in upper case: `WRITE PROJECT 12`. The token itself is left out. */
export interface TokenScopes {
  readonly scopes: readonly string[];
}

export const decodeTokenScopes: Decode<TokenScopes> = (value, at) => {
  const { Scopes } = parse(shape, value, at);
  return { scopes: (Scopes ?? []).map((scope) => scope.trim().toUpperCase()) };
};

const detailsShape = z.object({
  Application: maybe(z.object({ Id: id, Name: maybe(text) })),
  UserResourceOwner: maybe(anything),
  DateCreated: maybe(date),
});

export interface TokenApplication {
  readonly id: string;
  readonly name?: string;
}

/** What the service tells about a token. */
export interface TokenDetails extends TokenScopes {
  readonly application?: TokenApplication;
  readonly user?: User;
  readonly dateCreated?: Date;
  /** The service's answer without the token. */
  readonly raw: Raw;
}

export const decodeTokenDetails: Decode<TokenDetails> = (value, at) => {
  const details = parse(detailsShape, value, at);
  const { AccessToken: _secret, ...raw } = value as Raw;
  const { Application: app } = details;
  return model<TokenDetails>({
    ...decodeTokenScopes(value, at),
    application: app && model<TokenApplication>({ id: app.Id, name: app.Name }),
    user: optional(decodeUser, details.UserResourceOwner, `${at}.UserResourceOwner`),
    dateCreated: details.DateCreated,
    raw,
  });
};
