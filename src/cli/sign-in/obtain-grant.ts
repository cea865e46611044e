import { type Grant, OAuth } from "../../api/oauth/oauth.ts";
import { RedirectListener } from "../../api/oauth/redirect-listener.ts";
import { scopeList } from "../../api/oauth/scopes.ts";
import type { SignInConfig } from "../../config/sign-in.ts";
import { printLine } from "../output.ts";
import { standardOutput } from "../standard-output.ts";
import type { ClientCredentials } from "./client-credentials.ts";

/** Signs in with a code or in the browser, and prints what the user has to do. Prints no secret. */
export async function obtainGrant(
  config: SignInConfig,
  credentials: ClientCredentials,
  { web, signal }: { readonly web: boolean; readonly signal: AbortSignal },
): Promise<Grant> {
  await using oauth = new OAuth({ ...config, ...credentials });
  const scopes = scopeList(config.scopes);
  return web
    ? await grantByBrowser(oauth, scopes, signal)
    : await grantByCode(oauth, scopes, signal);
}

async function grantByCode(
  oauth: OAuth,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<Grant> {
  const login = await oauth.startDevice(scopes, { signal });
  printLine(`Open this page in a browser, on any machine:

    ${login.verificationUriWithCode}

and approve if it shows the code

    ${login.userCode}

Waiting for you until ${timeOfDay(login.expires)}; Ctrl-C cancels.`);
  await standardOutput.flush(signal);
  return await oauth.awaitDevice(login, { signal });
}

async function grantByBrowser(
  oauth: OAuth,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<Grant> {
  await using listener = await RedirectListener.open();
  const { redirectUri, state } = listener;
  printLine(`Open this page in a browser on this machine:

    ${oauth.authorizeUrl({ redirectUri, state, scopes })}

Waiting for you for five minutes; Ctrl-C cancels.`);
  await standardOutput.flush(signal);
  const code = await listener.code(signal);
  return await oauth.exchangeCode(code, redirectUri, { signal });
}

function timeOfDay(date: Date): string {
  const digits = (value: number): string => String(value).padStart(2, "0");
  return `${digits(date.getHours())}:${digits(date.getMinutes())}`;
}
