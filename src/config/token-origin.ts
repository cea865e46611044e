import { readPrivateFile } from "./private-file.ts";
import { readProfile } from "./profile.ts";

/** Where an access token came from. Plain data: it crosses processes. */
export type TokenOrigin =
  /** The server stands beside it: a profile that has moved to another server has a token of that one. */
  | {
      readonly kind: "profile";
      readonly name: string;
      readonly home: string;
      readonly apiServer: string | undefined;
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
  return profile?.apiServer === origin.apiServer ? profile?.accessToken : undefined;
}
