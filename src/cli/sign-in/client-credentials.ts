import type { ChosenClient, MovedApp } from "../../config/choose-client.ts";
import { BsmountError } from "../../core/errors.ts";
import { canPrompt, prompt, promptSecret } from "./prompt.ts";

export interface ClientCredentials {
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/**
 * What the app signs in with, asked for where a person can answer.
 * @throws BsmountError `not-signed-in`, `usage` that name the ways out; the signal's reason
 */
export async function clientCredentials(
  { clientId, clientSecret, moved }: ChosenClient,
  signal: AbortSignal,
): Promise<ClientCredentials> {
  if (moved !== undefined) await agreeToMove(moved, signal);
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (!canPrompt()) throw noClient();
  const id = clientId ?? (await prompt("Client id of your app: ", signal));
  const secret = clientSecret ?? (await promptSecret("Client secret (not shown): ", signal));
  if (id === "" || secret === "") throw noClient();
  return { clientId: id, clientSecret: secret };
}

/** A secret that is sent to a server which does not know it is told to a stranger: that takes a yes. */
async function agreeToMove(moved: MovedApp, signal: AbortSignal): Promise<void> {
  if (!canPrompt()) throw notMoved(moved);
  const facts = `The app of ${moved.file} is one of ${moved.from}.`;
  const answer = await prompt(`${facts}\nSend its secret to ${moved.to}? [y/N] `, signal);
  if (!/^y(es)?$/i.test(answer)) throw notMoved(moved);
}

function notMoved({ file, from, to }: MovedApp): BsmountError {
  const problem = `the app of ${file} is one of ${from}, and its secret is not sent to ${to} unasked`;
  return new BsmountError("usage", problem, {
    remedy: `sign in with a --profile of its own, or, if ${to} knows the app, say yes at a terminal or give --client-secret-file`,
  });
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
