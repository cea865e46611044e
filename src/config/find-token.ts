import { BsmountError } from "../core/errors.ts";
import { serverOfProfile } from "./choose-server.ts";
import type { Environment } from "./environment.ts";
import { listProfiles } from "./list-profiles.ts";
import { readPrivateFile } from "./secret-file.ts";
import { ownProfileFile, type Profile, sharedProfileFile } from "./profile.ts";
import type { TokenOrigin } from "./reread-token.ts";

/** The variable that holds a token. It is no row of the option table: a token never stands on a command line. */
const VARIABLE = "BASESPACE_ACCESS_TOKEN";

export interface FoundToken {
  /** A secret. */
  readonly accessToken: string;
  /** Where it was found, in words. */
  readonly tokenSource: string;
  /** Where it was found, for looking again. */
  readonly tokenOrigin: TokenOrigin;
  /** When the token ends, as ISO 8601, if that is known. */
  readonly tokenExpires?: string;
}

/** Where a token may stand. */
export interface TokenPlaces {
  /** What `--access-token-file` names. */
  readonly file: string | undefined;
  readonly environment: Environment;
  readonly name: string;
  readonly profile: Profile | undefined;
  /** Whether a flag named the profile: then its token comes before that of the environment. */
  readonly isMeant: boolean;
}

/**
 * The token of the file, else the profile's if that was named by a flag, else the environment's, else the
 * profile's.
 *
 * @throws BsmountError `not-signed-in` when there is none, `usage` for a file or a text that holds no token
 */
export async function findToken(places: TokenPlaces): Promise<FoundToken> {
  const ofProfile = tokenOfProfile(places);
  const found =
    (await tokenOfFile(places.file)) ??
    (places.isMeant ? ofProfile : undefined) ??
    tokenOfEnvironment(places.environment) ??
    ofProfile;
  if (found === undefined) throw await noToken(places);
  if (!/^[\w.~+/=-]+$/.test(found.accessToken)) {
    throw new BsmountError(
      "usage",
      `the access token of ${found.tokenSource} holds characters that no token has`,
    );
  }
  return found;
}

async function tokenOfFile(path: string | undefined): Promise<FoundToken | undefined> {
  if (path === undefined) return undefined;
  const text = await readPrivateFile(path);
  if (text === undefined) {
    const shown = isLikeToken(path) ? "of that name, which looks like a token itself" : path;
    throw new BsmountError("usage", `there is no access token file ${shown}`, {
      remedy: `give a file that holds the token alone, mode 0600, or set ${VARIABLE}`,
    });
  }
  if (text.trim() === "") throw new BsmountError("usage", `the access token file ${path} is empty`);
  return { accessToken: text.trim(), tokenSource: path, tokenOrigin: { kind: "file", path } };
}

/** Whoever gives the token where its file is to be named must not find it in a log. */
function isLikeToken(path: string): boolean {
  return /^[\w-]{20,}$/.test(path);
}

function tokenOfEnvironment({ variables }: Environment): FoundToken | undefined {
  const accessToken = variables[VARIABLE]?.trim();
  if (!accessToken) return undefined;
  return { accessToken, tokenSource: VARIABLE, tokenOrigin: { kind: "fixed" } };
}

function tokenOfProfile({ name, profile, environment }: TokenPlaces): FoundToken | undefined {
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

async function noToken({ name, environment }: TokenPlaces): Promise<BsmountError> {
  const { home, variables } = environment;
  const files = `${ownProfileFile(name, home)}, ${sharedProfileFile(home)}`;
  const isEmpty = variables[VARIABLE] !== undefined;
  const empty = isEmpty ? `; ${VARIABLE} is set but empty` : "";
  const problem = `no access token was found: looked at ${VARIABLE}, ${files}${empty}`;
  const profile = name === "default" ? "" : ` --profile ${name}`;
  const signedIn = (await listProfiles(home)).filter((other) => other.signedIn);
  const others = signedIn.map((other) => `--profile ${other.name}`).join(" or ");
  const use = others === "" ? "" : `give ${others}, which is signed in, or `;
  return new BsmountError("not-signed-in", problem, {
    remedy: `${use}run \`bsmount auth${profile}\`, or \`bs auth\` (its ~/.basespace/default.cfg works as it is), or set ${VARIABLE}, or give --access-token-file FILE`,
  });
}
