import { type ChosenClient, chooseClient } from "./choose-client.ts";
import { namedServer, serverOfProfile } from "./choose-server.ts";
import { DEFAULT_TIMEOUT_MS } from "./connection.ts";
import type { Environment } from "./environment.ts";
import type { GivenOptions } from "./option-values.ts";
import { ownProfileFile, type Profile, type ProfilePlace, readProfile } from "./profile.ts";
import { withEnvironment } from "./with-environment.ts";

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

/** As `bs auth` asks for: read everything, make projects and results and write what was made. */
export const DEFAULT_SCOPES = "BROWSE GLOBAL,READ GLOBAL,CREATE GLOBAL,CREATE PROJECTS";

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
  const name = options.profile ?? "default";
  const profile = await readProfile(name, environment.home);
  const named = namedServer(given, options, given.profile === undefined ? undefined : profile);
  const apiServer = named?.apiServer ?? serverOfProfile(profile);
  return {
    profile: name,
    place: placeOf(profile) ?? { file: ownProfileFile(name, environment.home), section: "DEFAULT" },
    apiServer,
    scopes: options.scopes ?? DEFAULT_SCOPES,
    ...(await chooseClient(options, profile, apiServer)),
    insecureHttp: options.insecureHttp ?? false,
    timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS,
  };
}

function placeOf(profile: Profile | undefined): ProfilePlace | undefined {
  return profile && { file: profile.file, section: profile.section };
}
