import { readPrivateFile } from "./private-file.ts";
import { readProfile } from "./profile.ts";
import { isSameServer } from "./regions.ts";

/** Where an access token came from. Plain data: it crosses processes. */
export type TokenOrigin =
  /**
   * A profile, and the servers that its token may go to: its own one, and the one that is used instead.
   * A profile that has moved elsewhere has a token of that place.
   */
  | {
      readonly kind: "profile";
      readonly name: string;
      readonly home: string;
      readonly servers: readonly string[];
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
  const isKnown = origin.servers.some((known) => isSameServer(known, profile?.apiServer));
  return isKnown ? profile?.accessToken : undefined;
}
