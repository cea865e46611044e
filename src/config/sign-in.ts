import { type ChosenClient, chooseClient } from "./choose-client.ts";
import { namedServer, serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { type GivenOptions, completeOptions, withEnvironment } from "./option-values.ts";
import { ownProfileFile, type Profile, type ProfileLocation, readProfile } from "./profile.ts";
import { isSameServer } from "./regions.ts";

/** Everything that signing in needs to know. */
export interface SignInConfig extends ChosenClient {
  readonly profile: string;
  /** Where the token is stored. */
  readonly location: ProfileLocation;
  readonly apiServer: string;
  /** The token that the new one replaces, if it is of the same server. */
  readonly replacedToken?: string;
  readonly scopes: string;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/**
 * Flags take precedence over the environment, and the environment over the profile; the server of a profile that a flag
 * names takes precedence over the environment as well. A missing profile will be created as `~/.basespace/<name>.cfg`.
 *
 * @throws BsmountError `usage` for values that make no sense and files that others can read
 */
export async function resolveSignIn(
  given: GivenOptions,
  environment: Environment,
): Promise<SignInConfig> {
  const options = withEnvironment(given, environment);
  const { profile: name, scopes, insecureHttp, timeout } = completeOptions(options);
  const profile = await readProfile(name, environment.home);
  const named = namedServer(given, options, given.profile === undefined ? undefined : profile);
  const apiServer = named?.apiServer ?? serverOfProfile(profile);
  const { accessToken } = profile ?? {};
  const isReplaced = accessToken !== undefined && isSameServer(apiServer, serverOfProfile(profile));
  return {
    profile: name,
    location: locationOf(profile) ?? {
      file: ownProfileFile(name, environment.home),
      section: "DEFAULT",
    },
    apiServer,
    ...(isReplaced ? { replacedToken: accessToken } : {}),
    scopes,
    ...(await chooseClient(options, profile, apiServer)),
    insecureHttp,
    timeoutMs: timeout,
  };
}

function locationOf(profile: Profile | undefined): ProfileLocation | undefined {
  return profile && { file: profile.file, section: profile.section };
}
