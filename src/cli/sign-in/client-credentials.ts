import type { SignInConfig } from "../../config/sign-in.ts";
import { BsmountError } from "../../core/errors.ts";
import { canPrompt, prompt, promptSecret } from "./prompt.ts";

export interface ClientCredentials {
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/**
 * What the app signs in with, asked for where a person can answer.
 * @throws BsmountError `not-signed-in` that names the ways out; the signal's reason
 */
export async function clientCredentials(
  { clientId, clientSecret }: SignInConfig,
  signal: AbortSignal,
): Promise<ClientCredentials> {
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (!canPrompt()) throw noClient();
  const id = clientId ?? (await prompt("Client id of your app: ", signal));
  const secret = clientSecret ?? (await promptSecret("Client secret (not shown): ", signal));
  if (id === "" || secret === "") throw noClient();
  return { clientId: id, clientSecret: secret };
}

function noClient(): BsmountError {
  return new BsmountError("not-signed-in", "there is no app to sign in with", {
    remedy: [
      "one of the two:",
      'register an app at https://developer.basespace.illumina.com (the README\'s "Sign in" has the steps), and put clientKey and clientSecret into the profile, or set BASESPACE_CLIENT_ID and BASESPACE_CLIENT_SECRET_FILE',
      "or run Illumina's `bs auth`: the token that it leaves in ~/.basespace/default.cfg works as it is",
    ].join("\n  - "),
  });
}
