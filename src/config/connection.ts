import { BsmountError } from "../core/errors.ts";
import type { Environment } from "./environment.ts";
import type { GivenOptions } from "./options.ts";
import { readPrivateFile } from "./private-file.ts";
import { type Profile, readProfile } from "./profile.ts";
import { apiServerOfRegion, DEFAULT_API_SERVER } from "./regions.ts";
import type { TokenOrigin } from "./token-origin.ts";

export interface ConnectionConfig {
  readonly profile: string;
  readonly apiServer: string;
  /** A secret. */
  readonly accessToken: string;
  /** Where it was found, in words. */
  readonly tokenSource: string;
  /** Where it was found, for looking again. */
  readonly tokenOrigin: TokenOrigin;
  /** When the token ends, as ISO 8601, if that is known. */
  readonly tokenExpires?: string;
  readonly insecureHttp: boolean;
  readonly timeoutMs: number;
}

/** @throws BsmountError `usage`, `not-signed-in` */
export async function resolveConnection(
  options: GivenOptions,
  environment: Environment,
): Promise<ConnectionConfig> {
  const name = options.profile ?? "default";
  const profile = await readProfile(name, environment.home);
  if (profile === undefined && options.profile !== undefined) {
    throw new BsmountError("usage", `there is no profile ${JSON.stringify(name)}`, {
      remedy: `sign in with: bsmount auth --profile ${name}`,
    });
  }
  const apiServer = chooseServer(options, profile);
  const { token, ...found } = await chooseToken(options, environment, { name, profile, apiServer });
  return {
    profile: name,
    apiServer,
    accessToken: token,
    ...found,
    insecureHttp: options.insecureHttp ?? false,
    timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS,
  };
}

export const DEFAULT_TIMEOUT_MS = 30_000;

/** Flags and environment win over the profile. */
export function chooseServer(options: GivenOptions, profile: Profile | undefined): string {
  if (options.apiServer !== undefined) return options.apiServer;
  if (options.region !== undefined) return apiServerOfRegion(options.region);
  return serverOfProfile(profile);
}

function serverOfProfile(profile: Profile | undefined): string {
  return profile?.apiServer ?? DEFAULT_API_SERVER;
}

interface FoundToken {
  readonly token: string;
  readonly tokenSource: string;
  readonly tokenOrigin: TokenOrigin;
  readonly tokenExpires?: string;
}

async function chooseToken(
  options: GivenOptions,
  environment: Environment,
  named: NamedProfile,
): Promise<FoundToken> {
  const found =
    (await tokenFromFile(options.accessTokenFile)) ??
    tokenFromEnvironment(environment) ??
    tokenFromProfile(environment.home, named);
  if (found === undefined) throw noToken(environment.home, named.name);
  if (!/^[\w.~+/=-]+$/.test(found.token)) {
    throw new BsmountError(
      "usage",
      `the access token of ${found.tokenSource} holds characters that no token has`,
    );
  }
  return found;
}

interface NamedProfile {
  readonly name: string;
  readonly profile: Profile | undefined;
  /** The server that is used. */
  readonly apiServer: string;
}

async function tokenFromFile(path: string | undefined): Promise<FoundToken | undefined> {
  if (path === undefined) return undefined;
  const text = await readPrivateFile(path);
  if (text === undefined) throw new BsmountError("usage", `there is no access token file ${path}`);
  if (text.trim() === "") throw new BsmountError("usage", `the access token file ${path} is empty`);
  return { token: text.trim(), tokenSource: path, tokenOrigin: { kind: "file", path } };
}

function tokenFromEnvironment({ variables }: Environment): FoundToken | undefined {
  const token = variables["BASESPACE_ACCESS_TOKEN"]?.trim();
  if (!token) return undefined;
  return { token, tokenSource: "BASESPACE_ACCESS_TOKEN", tokenOrigin: { kind: "fixed" } };
}

function tokenFromProfile(
  home: string,
  { name, profile, apiServer }: NamedProfile,
): FoundToken | undefined {
  if (profile?.accessToken === undefined) return undefined;
  const { accessToken, file, accessTokenExpires } = profile;
  const servers = [serverOfProfile(profile), apiServer];
  return {
    token: accessToken,
    tokenSource: file,
    tokenOrigin: { kind: "profile", name, home, servers },
    ...(accessTokenExpires === undefined ? {} : { tokenExpires: accessTokenExpires }),
  };
}

function noToken(home: string, name: string): BsmountError {
  const files = `${home}/.basespace/${name}.cfg, ${home}/.basespacepy.cfg`;
  const problem = `no access token was found: looked at BASESPACE_ACCESS_TOKEN, ${files}`;
  const profile = name === "default" ? "" : ` --profile ${name}`;
  return new BsmountError("not-signed-in", problem, {
    remedy: `run \`bsmount auth${profile}\`, or \`bs auth\` (its ~/.basespace/default.cfg works as it is), or set BASESPACE_ACCESS_TOKEN, or give --access-token-file FILE`,
  });
}
