import { BsmountError } from "../core/errors.ts";
import type { GivenOptions } from "./option-values.ts";
import type { Profile } from "./profile.ts";
import { apiServerOfRegion, DEFAULT_API_SERVER, isSameServer } from "./regions.ts";

/** A server that a flag or a variable names, not the profile. */
export interface NamedServer {
  readonly apiServer: string;
  /** The flag or variable that names it. */
  readonly setting: string;
  /** How to remove that setting, for a remedy. */
  readonly removal: string;
}

/**
 * The server that a flag or the environment names; undefined when the profile decides.
 *
 * @param options - with those of the environment
 * @param flagProfile - the profile named by a flag, whose server takes precedence over the environment
 * @throws BsmountError `usage` for an unknown region, and for a region and a server that contradict each other
 */
export function namedServer(
  given: GivenOptions,
  options: GivenOptions,
  flagProfile: Profile | undefined,
): NamedServer | undefined {
  const { apiServer, region } = given;
  const regionServer = region === undefined ? undefined : apiServerOfRegion(region);
  if (apiServer !== undefined) {
    if (regionServer !== undefined && !isSameServer(apiServer, regionServer))
      throw twoServersError(given);
    return { apiServer, setting: "--api-server", removal: "leave out --api-server" };
  }
  if (regionServer !== undefined) {
    const setting = `--region ${region}`;
    return { apiServer: regionServer, setting, removal: `leave out ${setting}` };
  }
  if (options.apiServer === undefined || flagProfile?.apiServer !== undefined) return undefined;
  const setting = "BASESPACE_API_SERVER";
  return { apiServer: options.apiServer, setting, removal: `unset ${setting}` };
}

function twoServersError({ apiServer, region }: GivenOptions): BsmountError {
  const problem = `--api-server ${apiServer} and --region ${region} name two servers`;
  return new BsmountError("usage", problem, { remedy: "leave out one of the two" });
}

/** The server that a profile's token belongs to; the default one when the profile names none. */
export function serverOfProfile(profile: Profile | undefined): string {
  return profile?.apiServer ?? DEFAULT_API_SERVER;
}
