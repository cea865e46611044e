import { BsmountError } from "../core/errors.ts";
import { serverOfProfile } from "./choose-server.ts";
import type { GivenOptions } from "./option-values.ts";
import { readPrivateFile } from "./secret-file.ts";
import type { Profile } from "./profile.ts";
import { isSameServer, originOf } from "./regions.ts";

/** The app to sign in with, as far as it is known. */
export interface ChosenClient {
  readonly clientId: string | undefined;
  /** A secret. */
  readonly clientSecret: string | undefined;
  /** The secret is one that the profile keeps for another server: it may go if the user says so. */
  readonly moved: MovedApp | undefined;
}

/** An app whose profile is about to name another server than so far. */
export interface MovedApp {
  /** Where the profile keeps the app's secret. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The app that was given, else the profile's. Apps are registered at one server: the secret of one goes to
 * another server only where the user says that it is known there, by giving it himself or when asked.
 *
 * @throws BsmountError `usage` where the profile keeps another app, which would go to `apiServer` at its next
 * sign-in; for a secret's file that is missing, empty or open to others
 */
export async function chooseClient(
  options: GivenOptions,
  profile: Profile | undefined,
  apiServer: string,
): Promise<ChosenClient> {
  const secret = await secretFromFile(options.clientSecretFile);
  const client = clientOf(options.clientId, secret, profile);
  const moved = movedApp(profile, apiServer);
  if (moved === undefined) return { ...client, moved };
  const isKept =
    client.clientId === profile?.clientKey && client.clientSecret === profile?.clientSecret;
  if (!isKept) throw keepsOtherApp(moved);
  return { ...client, moved: secret === undefined ? moved : undefined };
}

/** An id from one place and a secret from another would be of two apps, unless that was said so. */
function clientOf(
  id: string | undefined,
  secret: string | undefined,
  profile: Profile | undefined,
): Pick<ChosenClient, "clientId" | "clientSecret"> {
  const isOfProfile = id === undefined || id === profile?.clientKey;
  return {
    clientId: id ?? profile?.clientKey,
    clientSecret: secret ?? (isOfProfile ? profile?.clientSecret : undefined),
  };
}

/**
 * A profile that names its server, or has a token, has told where its app is registered. One without both has
 * not yet: its app goes where its first sign-in goes.
 */
function movedApp(profile: Profile | undefined, apiServer: string): MovedApp | undefined {
  if (profile?.clientSecret === undefined) return undefined;
  if (profile.apiServer === undefined && profile.accessToken === undefined) return undefined;
  const own = serverOfProfile(profile);
  if (isSameServer(own, apiServer)) return undefined;
  return { file: profile.file, from: originOf(own), to: originOf(apiServer) };
}

function keepsOtherApp({ file, from, to }: MovedApp): BsmountError {
  const problem = `${file} keeps another app, of ${from}, and would be taken to ${to} with it`;
  return new BsmountError("usage", problem, {
    remedy: `sign in with a --profile of its own, or take clientKey and clientSecret out of ${file}`,
  });
}

async function secretFromFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = (await readPrivateFile(file))?.trim();
  if (text) return text;
  throw new BsmountError("usage", `there is no client secret in ${file}`, {
    remedy: "write the app's client secret into it, mode 0600",
  });
}
