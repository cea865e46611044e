import { dirname } from "node:path";
import { reasonOf } from "../core/errors.ts";
import { ensureParent, readPrivateFile, writePrivateFile } from "./secret-file.ts";
import { editIni, type IniChanges } from "./edit-ini.ts";
import { sectionNames } from "./ini-text.ts";
import { type Profile, type ProfileLocation, profileOfSection } from "./profile.ts";
import { DEFAULT_API_SERVER, isSameServer } from "./regions.ts";

/**
 * Changes keys of a profile and keeps everything else in its file. The change is atomic, and the new file has mode
 * 0600.
 *
 * @throws BsmountError `usage` when others can read the file, `environment` when it cannot be written
 */
export async function writeProfile(location: ProfileLocation, changes: IniChanges): Promise<void> {
  await ensureParent(dirname(location.file));
  const text = (await readPrivateFile(location.file)) ?? "";
  const changed = editIni(text, location.section, changes);
  await writePrivateFile(location.file, keepServers(changed, text, location));
}

/**
 * Removes the token from a profile. The token implied the server of the profile's app, so a profile that names no
 * server gets one: the app's secret must only be sent there.
 *
 * @throws BsmountError as `writeProfile`
 */
export async function forgetToken(profile: Profile): Promise<void> {
  const removed = { accessToken: undefined, accessTokenExpires: undefined };
  const namesNoServer = profile.apiServer === undefined;
  await writeProfile(
    profile,
    namesNoServer ? { apiServer: DEFAULT_API_SERVER, ...removed } : removed,
  );
}

/**
 * A section may have its own token or app and inherit the server. When the inherited server changes, this writes the
 * old one into the section, since both belong to it.
 */
function keepServers(changed: string, before: string, { file, section }: ProfileLocation): string {
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

/** Undefined for a section whose server cannot be read: it cannot be used, so it stays unchanged. */
function readable(text: string, file: string, name: string): Profile | undefined {
  try {
    return profileOfSection(text, file, name);
  } catch (error) {
    if (reasonOf(error) !== "usage") throw error;
    return undefined;
  }
}

/** Whether the section has a token, or an app other than the shared one, that would be sent to another server now. */
function keepsOwn(old: Profile, now: Profile, shared: Profile | undefined): boolean {
  const { accessToken, clientSecret } = old;
  if (accessToken !== undefined && accessToken === now.accessToken) return true;
  const isOwnApp = clientSecret !== undefined && clientSecret !== shared?.clientSecret;
  return isOwnApp && clientSecret === now.clientSecret;
}
