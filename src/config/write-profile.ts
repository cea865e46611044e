import { dirname } from "node:path";
import { reasonOf } from "../core/errors.ts";
import { ensureParent, readPrivateFile, writePrivateFile } from "./secret-file.ts";
import { editIni, type IniChanges } from "./edit-ini.ts";
import { sectionNames } from "./ini-text.ts";
import { type Profile, type ProfilePlace, profileOfSection } from "./profile.ts";
import { DEFAULT_API_SERVER, isSameServer } from "./regions.ts";

/**
 * Changes keys of a profile and keeps everything else in its file. Whoever reads it meanwhile sees the old
 * file or the new one, also after a crash; the new one is its owner's alone (0600).
 *
 * @throws BsmountError `usage` when others can read the file, `environment` when it cannot be written
 */
export async function writeProfile(place: ProfilePlace, changes: IniChanges): Promise<void> {
  await ensureParent(dirname(place.file));
  const text = (await readPrivateFile(place.file)) ?? "";
  const changed = editIni(text, place.section, changes);
  await writePrivateFile(place.file, withServersKept(changed, text, place));
}

/**
 * Takes the token out of a profile. The token said which server the profile's app is of, so a profile that
 * names none is given its line: the app's secret stays at that server.
 *
 * @throws BsmountError as `writeProfile`
 */
export async function forgetToken(profile: Profile): Promise<void> {
  const gone = { accessToken: undefined, accessTokenExpires: undefined };
  const isSilent = profile.apiServer === undefined;
  await writeProfile(profile, isSilent ? { apiServer: DEFAULT_API_SERVER, ...gone } : gone);
}

/**
 * A section may have a token or an app of its own and inherit the server: when that becomes another one, the
 * section keeps the one before, since both go to their own server only.
 */
function withServersKept(changed: string, before: string, { file, section }: ProfilePlace): string {
  const shared = readable(before, file, "default");
  let text = changed;
  for (const name of sectionNames(before)) {
    const old = readable(before, file, name);
    const now = readable(changed, file, name);
    if (name === section || name === "DEFAULT" || !old || !now) continue;
    if (isSameServer(old.apiServer, now.apiServer) || !keepsOwn(old, now, shared)) continue;
    text = editIni(text, name, { apiServer: old.apiServer ?? DEFAULT_API_SERVER });
  }
  return text;
}

/** A section whose server cannot be read is not used before somebody mends it: it stays as it is. */
function readable(text: string, file: string, name: string): Profile | undefined {
  try {
    return profileOfSection(text, file, name);
  } catch (error) {
    if (reasonOf(error) !== "usage") throw error;
    return undefined;
  }
}

/** Whether a token, or an app that is not the shared one, would go to another server now. */
function keepsOwn(old: Profile, now: Profile, shared: Profile | undefined): boolean {
  const { accessToken, clientSecret } = old;
  if (accessToken !== undefined && accessToken === now.accessToken) return true;
  const isOwnApp = clientSecret !== undefined && clientSecret !== shared?.clientSecret;
  return isOwnApp && clientSecret === now.clientSecret;
}
