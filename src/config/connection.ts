import { BsmountError } from "../core/errors.ts";
import { namedServer, serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { type FoundToken, findToken } from "./find-token.ts";
import { listProfiles } from "./list-profiles.ts";
import { defaultOf, type GivenOptions, completeOptions, withEnvironment } from "./option-values.ts";
import { type Profile, readProfile } from "./profile.ts";
import { refuseOtherServer } from "./refuse-other-server.ts";

export interface ConnectionConfig extends FoundToken {
  readonly profile: string;
  readonly apiServer: string;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/**
 * Decides which server and which token are used. Flags take precedence over the environment, and the environment over
 * the profile. The token and the server of a profile that a flag names take precedence over the environment as well;
 * if it has no token, the environment's token is used with the environment's server.
 *
 * @throws BsmountError `usage`; `not-signed-in` when there is no token, or the profile's belongs to another server
 */
export async function resolveConnection(
  given: GivenOptions,
  environment: Environment,
): Promise<ConnectionConfig> {
  const options = withEnvironment(given, environment);
  const { profile: name, insecureHttp, timeout } = completeOptions(options);
  const profile = await existingProfile(options.profile, environment.home);
  const isFlagProfile = given.profile !== undefined;
  const file = options.accessTokenFile;
  const found = await findToken({ file, environment, name, profile, isFlagProfile });
  const hasPrecedence = isFlagProfile && found.tokenOrigin.kind !== "fixed";
  const named = namedServer(given, options, hasPrecedence ? profile : undefined);
  if (named !== undefined) refuseOtherServer(found, named, { profile, isFlagProfile });
  return {
    profile: name,
    apiServer: named?.apiServer ?? serverOfProfile(profile),
    ...found,
    insecureHttp,
    timeoutMs: timeout,
  };
}

/** A profile that was named has to exist; the default one need not. */
async function existingProfile(
  name: string | undefined,
  home: string,
): Promise<Profile | undefined> {
  const profile = await readProfile(name ?? defaultOf("profile"), home);
  if (profile !== undefined || name === undefined) return profile;
  const names = (await listProfiles(home)).map((summary) => summary.name);
  const others = names.length === 0 ? "" : `name an existing one, ${names.join(", ")}; `;
  throw new BsmountError("usage", `there is no profile ${JSON.stringify(name)}`, {
    remedy: `${others}bsmount auth --profile ${name} creates it`,
  });
}
