import { BsmountError } from "../core/errors.ts";
import { chooseServer, DEFAULT_TIMEOUT_MS } from "./connection.ts";
import type { Environment } from "./environment.ts";
import type { GivenOptions } from "./options.ts";
import { readPrivateFile } from "./private-file.ts";
import { ownProfileFile, type Profile, type ProfilePlace, readProfile } from "./profile.ts";
import { withEnvironment } from "./resolve.ts";

/** What signing in needs to know. */
export interface SignInConfig {
  readonly profile: string;
  /** Where the token goes. */
  readonly place: ProfilePlace;
  readonly apiServer: string;
  readonly scopes: string;
  readonly clientId: string | undefined;
  /** A secret. */
  readonly clientSecret: string | undefined;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/** As `bs auth` asks for: read everything, make projects and results and write what was made. */
export const DEFAULT_SCOPES = "BROWSE GLOBAL,READ GLOBAL,CREATE GLOBAL,CREATE PROJECTS";

/**
 * Flags win over the environment, the environment over the profile; a profile that is not there will be
 * made as `~/.basespace/<name>.cfg`.
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
  return {
    profile: name,
    place: placeOf(profile) ?? { file: ownProfileFile(name, environment.home), section: "DEFAULT" },
    apiServer: chooseServer(options, profile),
    scopes: options.scopes ?? DEFAULT_SCOPES,
    ...(await chooseClient(options, profile)),
    insecureHttp: options.insecureHttp ?? false,
    timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS,
  };
}

function placeOf(profile: Profile | undefined): ProfilePlace | undefined {
  return profile && { file: profile.file, section: profile.section };
}

/** An id from one place and a secret from another would be of two apps, unless that was said so. */
async function chooseClient(
  options: GivenOptions,
  profile: Profile | undefined,
): Promise<Pick<SignInConfig, "clientId" | "clientSecret">> {
  const secret = await secretFromFile(options.clientSecretFile);
  const isOfProfile = options.clientId === undefined || options.clientId === profile?.clientKey;
  return {
    clientId: options.clientId ?? profile?.clientKey,
    clientSecret: secret ?? (isOfProfile ? profile?.clientSecret : undefined),
  };
}

async function secretFromFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = (await readPrivateFile(file))?.trim();
  if (text) return text;
  throw new BsmountError("usage", `there is no client secret in ${file}`, {
    remedy: "write the app's client secret into it, mode 0600",
  });
}
