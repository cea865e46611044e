import { type ChosenClient, chooseClient } from "./choose-client.ts";
import { namedServer, serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { type GivenOptions, withDefaults, withEnvironment } from "./option-values.ts";
import { ownProfileFile, type Profile, type ProfilePlace, readProfile } from "./profile.ts";

/** What signing in needs to know. */
export interface SignInConfig extends ChosenClient {
  readonly profile: string;
  /** Where the token goes. */
  readonly place: ProfilePlace;
  readonly apiServer: string;
  readonly scopes: string;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/**
 * Flags win over the environment, the environment over the profile, unless a flag names the profile: then its
 * server wins. A profile that is not there will be made as `~/.basespace/<name>.cfg`.
 *
 * @throws BsmountError `usage` for values that make no sense and files that others can read
 */
export async function resolveSignIn(
  given: GivenOptions,
  environment: Environment,
): Promise<SignInConfig> {
  const options = withEnvironment(given, environment);
  const { profile: name, scopes, insecureHttp, timeout } = withDefaults(options);
  const profile = await readProfile(name, environment.home);
  const named = namedServer(given, options, given.profile === undefined ? undefined : profile);
  const apiServer = named?.apiServer ?? serverOfProfile(profile);
  return {
    profile: name,
    place: placeOf(profile) ?? { file: ownProfileFile(name, environment.home), section: "DEFAULT" },
    apiServer,
    scopes,
    ...(await chooseClient(options, profile, apiServer)),
    insecureHttp,
    timeoutMs: timeout,
  };
}

function placeOf(profile: Profile | undefined): ProfilePlace | undefined {
  return profile && { file: profile.file, section: profile.section };
}
