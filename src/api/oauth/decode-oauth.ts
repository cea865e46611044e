import { z } from "zod";
import { parse } from "../models/parse.ts";
import { maybe, text } from "../models/wire.ts";

/** What lasts longer is as good as for ever, and would not be a date any more. */
const MAX_SECONDS = 100 * 365 * 24 * 3600;

const seconds = z
  .union([z.number(), text.regex(/^\d+$/).transform(Number)])
  .transform((value) => Math.min(value, MAX_SECONDS))
  .pipe(z.number().nonnegative());

const device = z.object({
  verification_uri: z.url({ protocol: /^https?$/ }),
  verification_with_code_uri: maybe(z.url({ protocol: /^https?$/ })),
  user_code: text.min(1),
  device_code: text.min(1),
  expires_in: maybe(seconds),
  interval: maybe(seconds),
});

const grant = z.object({
  access_token: text.regex(/^[\x21-\x7e]+$/),
  expires_in: maybe(seconds),
});

export interface WireDevice {
  readonly verificationUri: string;
  readonly verificationUriWithCode: string;
  readonly userCode: string;
  readonly deviceCode: string;
  readonly expiresInSeconds: number | undefined;
  readonly intervalSeconds: number | undefined;
}

/** `POST /v1pre3/oauthv2/deviceauthorization`. @throws WireError */
export function decodeDevice(json: unknown): WireDevice {
  const answer = parse(device, json, "");
  return {
    verificationUri: answer.verification_uri,
    verificationUriWithCode: answer.verification_with_code_uri ?? answer.verification_uri,
    userCode: answer.user_code,
    deviceCode: answer.device_code,
    expiresInSeconds: answer.expires_in ?? undefined,
    intervalSeconds: answer.interval ?? undefined,
  };
}

/** A token as the service gives it. */
export interface WireGrant {
  readonly accessToken: string;
  readonly expiresInSeconds: number | undefined;
}

/** `POST /v1pre3/oauthv2/token`. @throws WireError */
export function decodeGrant(json: unknown): WireGrant {
  const answer = parse(grant, json, "");
  return { accessToken: answer.access_token, expiresInSeconds: answer.expires_in ?? undefined };
}
