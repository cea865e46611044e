import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { isProfileName } from "./option-types.ts";
import { sectionNames } from "./ini-text.ts";
import { readPrivateFile } from "./secret-file.ts";
import {
  ownProfileFile,
  type Profile,
  profileOfSection,
  readProfile,
  sharedProfileFile,
} from "./profile.ts";

/** A profile of this user, without secrets. */
export interface ProfileSummary {
  readonly name: string;
  readonly file: string;
  /** Absent when the profile names no server, which means region use1. */
  readonly apiServer?: string;
  readonly signedIn: boolean;
  /** Whether it has the key and secret of an app, so that `bsmount auth` need not ask for them. */
  readonly hasClient: boolean;
  /** Why the file cannot be used. */
  readonly problem?: string;
}

/** All profiles, sorted by name. A file in `~/.basespace/` hides the section of that name in `~/.basespacepy.cfg`. */
export async function listProfiles(home: string): Promise<readonly ProfileSummary[]> {
  const own = await Promise.all(
    (await ownNames(home)).map(async (name) => await summaryOf(name, home)),
  );
  const hidden = new Set(own.map(({ name }) => name));
  const shared = (await sharedProfiles(home)).filter(({ name }) => !hidden.has(name));
  return [...own, ...shared].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function ownNames(home: string): Promise<readonly string[]> {
  const folder = dirname(ownProfileFile("default", home));
  const entries = await readdir(folder).catch(() => []);
  const names = entries.filter((entry) => entry.endsWith(".cfg")).map((e) => e.slice(0, -4));
  return names.filter(isProfileName);
}

async function summaryOf(name: string, home: string): Promise<ProfileSummary> {
  try {
    const profile = await readProfile(name, home);
    return summarise(name, profile ?? { file: ownProfileFile(name, home), section: "DEFAULT" });
  } catch (error) {
    return unreadable(name, ownProfileFile(name, home), error);
  }
}

async function sharedProfiles(home: string): Promise<readonly ProfileSummary[]> {
  const file = sharedProfileFile(home);
  try {
    const text = await readPrivateFile(file);
    if (text === undefined) return [];
    return sectionNames(text).flatMap((section) => summariesOf(text, file, section));
  } catch (error) {
    return [unreadable("default", file, error)];
  }
}

/** Empty when the section does not exist after all. */
function summariesOf(text: string, file: string, section: string): readonly ProfileSummary[] {
  const name = section === "DEFAULT" ? "default" : section;
  try {
    const profile = profileOfSection(text, file, section);
    return profile === undefined ? [] : [summarise(name, profile)];
  } catch (error) {
    return [unreadable(name, file, error)];
  }
}

function summarise(name: string, profile: Profile): ProfileSummary {
  const { file, apiServer, accessToken, clientKey, clientSecret } = profile;
  return {
    name,
    file,
    ...(apiServer === undefined ? {} : { apiServer }),
    signedIn: accessToken !== undefined,
    hasClient: clientKey !== undefined && clientSecret !== undefined,
  };
}

function unreadable(name: string, file: string, error: unknown): ProfileSummary {
  if (!(error instanceof BsmountError)) throw error;
  const problem = `${error.message}${error.remedy === undefined ? "" : `: ${error.remedy}`}`;
  return { name, file, signedIn: false, hasClient: false, problem };
}
