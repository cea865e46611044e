import { BsmountError } from "../core/errors.ts";
import { serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { listProfiles } from "./list-profiles.ts";
import { readPrivateFile } from "./secret-file.ts";
import { ownProfileFile, type Profile, sharedProfileFile } from "./profile.ts";
import type { TokenOrigin } from "./reread-token.ts";

/** The variable for a token. It is not in the option table, because every user can see command lines. */
const TOKEN_VARIABLE = "BASESPACE_ACCESS_TOKEN";

export interface FoundToken {
  /** A secret. */
  readonly accessToken: string;
  /** Where the token was found, as text. */
  readonly tokenSource: string;
  /** Where the token was found, to read it again. */
  readonly tokenOrigin: TokenOrigin;
  /** When the token expires, ISO 8601, if known. */
  readonly tokenExpires?: string;
}

/** Where a token can come from. */
export interface TokenSources {
  /** The value of `--access-token-file`. */
  readonly file: string | undefined;
  readonly environment: Environment;
  readonly name: string;
  readonly profile: Profile | undefined;
  /** Whether a flag named the profile, so that its token takes precedence over the environment. */
  readonly isFlagProfile: boolean;
}

/**
 * The token from the file, else from the profile if a flag named it, else from the environment, else from the profile.
 *
 * @throws BsmountError `not-signed-in` when there is none, `usage` for a file or a text that contains no token
 */
export async function findToken(sources: TokenSources): Promise<FoundToken> {
  const fromProfile = tokenFromProfile(sources);
  const found =
    (await tokenFromFile(sources.file)) ??
    (sources.isFlagProfile ? fromProfile : undefined) ??
    tokenFromEnvironment(sources.environment) ??
    fromProfile;
  if (found === undefined) throw await noTokenError(sources);
  if (!/^[\w.~+/=-]+$/.test(found.accessToken)) {
    throw new BsmountError(
      "usage",
      `the access token of ${found.tokenSource} contains invalid characters`,
    );
  }
  return found;
}

async function tokenFromFile(path: string | undefined): Promise<FoundToken | undefined> {
  if (path === undefined) return undefined;
  const text = await readPrivateFile(path);
  if (text === undefined) {
    const shown = looksLikeToken(path) ? "of that name, which looks like a token itself" : path;
    throw new BsmountError("usage", `there is no access token file ${shown}`, {
      remedy: `give a file that contains only the token, mode 0600, or set ${TOKEN_VARIABLE}`,
    });
  }
  if (text.trim() === "") throw new BsmountError("usage", `the access token file ${path} is empty`);
  return { accessToken: text.trim(), tokenSource: path, tokenOrigin: { kind: "file", path } };
}

/** A token given in place of its file must not appear in the error. */
function looksLikeToken(path: string): boolean {
  return /^[\w-]{20,}$/.test(path);
}

function tokenFromEnvironment({ variables }: Environment): FoundToken | undefined {
  const accessToken = variables[TOKEN_VARIABLE]?.trim();
  if (!accessToken) return undefined;
  return { accessToken, tokenSource: TOKEN_VARIABLE, tokenOrigin: { kind: "fixed" } };
}

function tokenFromProfile({ name, profile, environment }: TokenSources): FoundToken | undefined {
  if (profile?.accessToken === undefined) return undefined;
  const { accessToken, file, section, accessTokenExpires: tokenExpires } = profile;
  const { home } = environment;
  return {
    accessToken,
    tokenSource: section === "DEFAULT" ? file : `${file}, section ${section}`,
    tokenOrigin: { kind: "profile", name, home, apiServer: serverOfProfile(profile) },
    ...(tokenExpires === undefined ? {} : { tokenExpires }),
  };
}

/** There is no token, wherever one was searched for. */
export class NoTokenError extends BsmountError {
  override name = "NoTokenError";
  /** The files and the variable that were searched. */
  readonly searched: string;

  constructor(searched: string, remedy: string) {
    super("not-signed-in", `no access token was found: searched ${searched}`, { remedy });
    this.searched = searched;
  }
}

async function noTokenError({ name, environment }: TokenSources): Promise<NoTokenError> {
  const { home, variables } = environment;
  const files = `${ownProfileFile(name, home)}, ${sharedProfileFile(home)}`;
  const isEmpty = variables[TOKEN_VARIABLE] !== undefined;
  const empty = isEmpty ? `; ${TOKEN_VARIABLE} is set but empty` : "";
  const auth =
    name === "default"
      ? "run `bsmount auth`, or `bs auth` (its ~/.basespace/default.cfg works as it is)"
      : `run \`bsmount auth --profile ${name}\``;
  const signedIn = (await listProfiles(home)).filter((other) => other.signedIn);
  const others = signedIn.map((other) => `--profile ${other.name}`).join(" or ");
  const use = others === "" ? "" : `give ${others}, which is signed in, or `;
  return new NoTokenError(
    `${TOKEN_VARIABLE}, ${files}${empty}`,
    `${use}${auth}, or set ${TOKEN_VARIABLE}, or give --access-token-file FILE`,
  );
}
