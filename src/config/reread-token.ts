import { readPrivateFile } from "./secret-file.ts";
import { readProfile } from "./profile.ts";
import { isSameServer } from "./regions.ts";

/** Where an access token came from. Plain data: it crosses processes. */
export type TokenOrigin =
  /**
   * A profile, and the server that its token is of, which is the one that is used. A profile that has moved
   * elsewhere has a token of that place.
   */
  | {
      readonly kind: "profile";
      readonly name: string;
      readonly home: string;
      readonly apiServer: string;
    }
  | { readonly kind: "file"; readonly path: string }
  /** The environment, which does not change. */
  | { readonly kind: "fixed" };

/**
 * The token that stands there now; undefined where there is none, or one of another server.
 * @throws BsmountError `usage` when others can read the file
 */
export async function readTokenAgain(origin: TokenOrigin): Promise<string | undefined> {
  if (origin.kind === "fixed") return undefined;
  if (origin.kind === "file") return (await readPrivateFile(origin.path))?.trim();
  const profile = await readProfile(origin.name, origin.home);
  const isThere = isSameServer(origin.apiServer, profile?.apiServer);
  return isThere ? profile?.accessToken : undefined;
}
