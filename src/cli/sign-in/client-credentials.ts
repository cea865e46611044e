import type { ChosenClient, MovedApp } from "../../config/choose-client.ts";
import { BsmountError } from "../../core/errors.ts";
import { canPrompt, prompt, promptSecret } from "./prompt.ts";

export interface ClientCredentials {
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/**
 * The id and secret of the app; asks for what is missing when there is a terminal.
 * @throws BsmountError `not-signed-in`, `usage`; the signal's reason
 */
export async function clientCredentials(
  { clientId, clientSecret, moved }: ChosenClient,
  signal: AbortSignal,
): Promise<ClientCredentials> {
  if (moved !== undefined) await confirmMove(moved, signal);
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (!canPrompt()) throw noClientError();
  const id = clientId ?? (await prompt("Client id of your app: ", signal));
  const secret = clientSecret ?? (await promptSecret("Client secret (not shown): ", signal));
  if (id === "" || secret === "") throw noClientError();
  return { clientId: id, clientSecret: secret };
}

/** Asks before a secret is sent to a server other than its own, which could misuse it. */
async function confirmMove(moved: MovedApp, signal: AbortSignal): Promise<void> {
  if (!canPrompt()) throw secretNotSentError(moved);
  const facts = `The app in ${moved.file} belongs to ${moved.from}.`;
  const reply = await prompt(`${facts}\nSend its secret to ${moved.to}? [y/N] `, signal);
  if (!/^y(es)?$/i.test(reply)) throw secretNotSentError(moved);
}

function secretNotSentError({ file, from, to }: MovedApp): BsmountError {
  const problem = `the app in ${file} belongs to ${from}, and its secret is not sent to ${to} without your consent`;
  return new BsmountError("usage", problem, {
    remedy: `sign in with another --profile, or, if ${to} knows the app, answer yes at a terminal or give --client-secret-file`,
  });
}

function noClientError(): BsmountError {
  return new BsmountError("not-signed-in", "there is no app to sign in with", {
    remedy: [
      "one of the two:",
      'register an app at https://developer.basespace.illumina.com (the README\'s "Sign in" has the steps), and put clientKey and clientSecret into the profile, or set BASESPACE_CLIENT_ID and BASESPACE_CLIENT_SECRET_FILE',
      "or run Illumina's `bs auth`: the token that it leaves in ~/.basespace/default.cfg works as it is",
    ].join("\n  - "),
  });
}
