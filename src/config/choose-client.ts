import { BsmountError } from "../core/errors.ts";
import { serverOfProfile } from "./choose-server.ts";
import type { GivenOptions } from "./option-values.ts";
import { readPrivateFile } from "./secret-file.ts";
import type { Profile } from "./profile.ts";
import { isSameServer, originOf } from "./regions.ts";

/** The app to sign in with; undefined what is unknown. */
export interface ChosenClient {
  readonly clientId: string | undefined;
  /** A secret. */
  readonly clientSecret: string | undefined;
  /** Set when the profile has the secret for another server: it may be sent only if the user agrees. */
  readonly moved: MovedApp | undefined;
}

/** An app of a profile that will name another server after signing in. */
export interface MovedApp {
  /** The file that has the app's secret. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The app given by options, else that of the profile. An app is registered at one server, so its secret is sent to
 * another server only if the user gives it on the command line, or agrees when asked.
 *
 * @throws BsmountError `usage` when the profile has another app, whose secret would be sent to `apiServer` at the next
 * sign-in; for a secret file that is missing, empty or readable by others
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
  if (!isKept) throw otherAppError(moved);
  return { ...client, moved: secret === undefined ? moved : undefined };
}

/** Never combines the id of one app with the secret of another, unless both were given. */
function clientOf(
  id: string | undefined,
  secret: string | undefined,
  profile: Profile | undefined,
): Pick<ChosenClient, "clientId" | "clientSecret"> {
  const isProfileApp = id === undefined || id === profile?.clientKey;
  return {
    clientId: id ?? profile?.clientKey,
    clientSecret: secret ?? (isProfileApp ? profile?.clientSecret : undefined),
  };
}

/**
 * A profile that names a server, or has a token, determines where its app is registered. Without both, the app belongs
 * to the server of the first sign-in.
 */
function movedApp(profile: Profile | undefined, apiServer: string): MovedApp | undefined {
  if (profile?.clientSecret === undefined) return undefined;
  if (profile.apiServer === undefined && profile.accessToken === undefined) return undefined;
  const current = serverOfProfile(profile);
  if (isSameServer(current, apiServer)) return undefined;
  return { file: profile.file, from: originOf(current), to: originOf(apiServer) };
}

function otherAppError({ file, from, to }: MovedApp): BsmountError {
  const problem = `${file} has another app, which belongs to ${from}; signing in to ${to} would move it there`;
  return new BsmountError("usage", problem, {
    remedy: `sign in with another --profile, or remove clientKey and clientSecret from ${file}`,
  });
}

async function secretFromFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = (await readPrivateFile(file))?.trim();
  if (text) return text;
  throw new BsmountError("usage", `${file} contains no client secret`, {
    remedy: "write the app's client secret into it, mode 0600",
  });
}
