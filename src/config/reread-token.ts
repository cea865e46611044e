import { readPrivateFile } from "./secret-file.ts";
import { readProfile } from "./profile.ts";
import { isSameServer } from "./regions.ts";

/** Where an access token came from. Plain data that can be sent to other processes. */
export type TokenOrigin =
  /**
   * A profile, with the server that its token belongs to and that is used. If the profile names another server later,
   * its token is for that one.
   */
  | {
      readonly kind: "profile";
      readonly name: string;
      readonly home: string;
      readonly apiServer: string;
    }
  | { readonly kind: "file"; readonly path: string }
  /** The environment, which cannot change. */
  | { readonly kind: "fixed" };

/**
 * Reads the current token; undefined when there is none, or it belongs to another server.
 * @throws BsmountError `usage` when others can read the file
 */
export async function rereadToken(origin: TokenOrigin): Promise<string | undefined> {
  if (origin.kind === "fixed") return undefined;
  if (origin.kind === "file") return (await readPrivateFile(origin.path))?.trim();
  const profile = await readProfile(origin.name, origin.home);
  const isSame = isSameServer(origin.apiServer, profile?.apiServer);
  return isSame ? profile?.accessToken : undefined;
}
