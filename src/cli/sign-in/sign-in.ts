/*
 * Begin here: `sign-in/` gets and revokes access tokens for `../commands/auth.ts`. Signing in finds the app's
 * credentials (`client-credentials.ts`, asking with `prompt.ts`), lets the user approve (`obtain-grant.ts`, by
 * `api/oauth/`), and writes the token into the profile. `revoke.ts` is the opposite.
 */

import { BaseSpace } from "../../api/client.ts";
import { lostScopes } from "../../api/oauth/scopes.ts";
import type { Environment } from "../../config/environment.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { resolveSignIn, type SignInConfig } from "../../config/sign-in.ts";
import { writeProfile } from "../../config/write-profile.ts";
import { describeError } from "../../core/errors.ts";
import { EXIT } from "../exit-codes.ts";
import { printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { clientCredentials } from "./client-credentials.ts";
import { obtainGrant } from "./obtain-grant.ts";

/** Signs in and stores the token in the profile; returns the exit code. */
export async function signIn(
  given: GivenOptions,
  environment: Environment,
  signal: AbortSignal,
): Promise<number> {
  const config = await resolveSignIn(given, environment);
  const credentials = await clientCredentials(config, signal);
  const web = given.web === true;
  // Before the new one is granted, which may change what the old one allows.
  const before = await scopesOf(config.replacedToken, config, signal);
  const { accessToken, expires } = await obtainGrant(config, credentials, { web, signal });
  await writeProfile(config.location, {
    apiServer: config.apiServer,
    accessToken,
    accessTokenExpires: expires?.toISOString(),
  });
  printLine(`Signed in${await describeAccount(config, accessToken, signal)}.`);
  printLine(`The token is in ${config.location.file}.`);
  if (before.length > 0) warnOfLost(before, await scopesOf(accessToken, config, signal));
  if (environment.variables["BASESPACE_ACCESS_TOKEN"]?.trim()) {
    const { profile } = config;
    printWarning(
      `BASESPACE_ACCESS_TOKEN is set, and takes precedence unless --profile ${profile} is given`,
    );
  }
  return EXIT.done;
}

/** Only warns when the new token cannot be tested: it is already stored. */
async function describeAccount(
  config: SignInConfig,
  accessToken: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    await using client = new BaseSpace({ ...config, accessToken });
    const { name } = await client.users.current({ signal });
    return ` to ${config.apiServer} as ${printable(name)}`;
  } catch (error) {
    printWarning(`the new token could not be tested: ${describeError(error)}`);
    return ` to ${config.apiServer}`;
  }
}

/** How long to wait for what a token allows, in milliseconds: signing in does not depend on it. */
const SCOPES_MS = 5_000;

/** What a token allows; empty when the server does not say, for example because the token was revoked. */
async function scopesOf(
  accessToken: string | undefined,
  config: SignInConfig,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (accessToken === undefined) return [];
  try {
    await using client = new BaseSpace({ ...config, accessToken });
    const limited = AbortSignal.any([signal, AbortSignal.timeout(SCOPES_MS)]);
    return (await client.tokens.current({ signal: limited })).scopes;
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function warnOfLost(before: readonly string[], after: readonly string[]): void {
  const lost = lostScopes(before, after);
  if (after.length === 0 || lost.length === 0) return;
  printWarning(
    `the new token does not allow what the one before did: ${printable(lost.join(", "))}; --scopes asks for more`,
  );
}
