import { BsmountError } from "../core/errors.ts";
import type { GivenOptions } from "./option-values.ts";
import type { Profile } from "./profile.ts";
import { apiServerOfRegion, DEFAULT_API_SERVER, isSameServer } from "./regions.ts";

/** A server that something else than the profile names. */
export interface NamedServer {
  readonly apiServer: string;
  /** What names it, as the user wrote it: a flag or a variable. */
  readonly setting: string;
  /** How to do without it: a command or a part of one. */
  readonly without: string;
}

/**
 * The server that a flag or the environment names; undefined where it is left to the profile.
 *
 * @param options those of the environment included
 * @param meant the profile that was named by a flag: its server comes before that of the environment
 * @throws BsmountError `usage` for a region that does not exist, or is not the one of the server beside it
 */
export function namedServer(
  given: GivenOptions,
  options: GivenOptions,
  meant: Profile | undefined,
): NamedServer | undefined {
  const { apiServer, region } = given;
  const ofRegion = region === undefined ? undefined : apiServerOfRegion(region);
  if (apiServer !== undefined) {
    if (ofRegion !== undefined && !isSameServer(apiServer, ofRegion)) throw twoServers(given);
    return { apiServer, setting: "--api-server", without: "leave --api-server away" };
  }
  if (ofRegion !== undefined) {
    const setting = `--region ${region}`;
    return { apiServer: ofRegion, setting, without: `leave ${setting} away` };
  }
  if (options.apiServer === undefined || meant?.apiServer !== undefined) return undefined;
  const setting = "BASESPACE_API_SERVER";
  return { apiServer: options.apiServer, setting, without: `unset ${setting}` };
}

function twoServers({ apiServer, region }: GivenOptions): BsmountError {
  const problem = `--api-server ${apiServer} and --region ${region} name two servers`;
  return new BsmountError("usage", problem, { remedy: "leave one of the two away" });
}

/** Where a profile's token belongs: one that names no server is of the default one. */
export function serverOfProfile(profile: Profile | undefined): string {
  return profile?.apiServer ?? DEFAULT_API_SERVER;
}
