import { BsmountError } from "../core/errors.ts";
import { namedServer, serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { type FoundToken, findToken } from "./find-token.ts";
import { listProfiles } from "./list-profiles.ts";
import { defaultOf, type GivenOptions, withDefaults, withEnvironment } from "./option-values.ts";
import { type Profile, readProfile } from "./profile.ts";
import { refuseOtherServer } from "./refuse-other-server.ts";

export interface ConnectionConfig extends FoundToken {
  readonly profile: string;
  readonly apiServer: string;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/**
 * Which server, and which token. Flags win over the environment, the environment over the profile. A profile
 * that a flag names is a flag itself as far as it goes: where it has a token, both that and its server win
 * over the environment's. Where it has none, the environment's token goes to the environment's server.
 *
 * @throws BsmountError `usage`; `not-signed-in` when there is no token, or a profile's is of another server
 */
export async function resolveConnection(
  given: GivenOptions,
  environment: Environment,
): Promise<ConnectionConfig> {
  const options = withEnvironment(given, environment);
  const { profile: name, insecureHttp, timeout } = withDefaults(options);
  const profile = await existingProfile(options.profile, environment.home);
  const isMeant = given.profile !== undefined;
  const file = options.accessTokenFile;
  const found = await findToken({ file, environment, name, profile, isMeant });
  const isWinner = isMeant && found.tokenOrigin.kind !== "fixed";
  const named = namedServer(given, options, isWinner ? profile : undefined);
  if (named !== undefined) refuseOtherServer(found, named, { profile, isMeant });
  return {
    profile: name,
    apiServer: named?.apiServer ?? serverOfProfile(profile),
    ...found,
    insecureHttp,
    timeoutMs: timeout,
  };
}

/** One that was named has to be there; without a name it is the default one, if there is any. */
async function existingProfile(
  name: string | undefined,
  home: string,
): Promise<Profile | undefined> {
  const profile = await readProfile(name ?? defaultOf("profile"), home);
  if (profile !== undefined || name === undefined) return profile;
  const names = (await listProfiles(home)).map((summary) => summary.name);
  const others =
    names.length === 0 ? "" : `name one of those that are there, ${names.join(", ")}; `;
  throw new BsmountError("usage", `there is no profile ${JSON.stringify(name)}`, {
    remedy: `${others}bsmount auth --profile ${name} makes it`,
  });
}
