import { join } from "node:path";
import { type Section, sectionOf, textValue } from "./ini-text.ts";
import { readPrivateFile } from "./secret-file.ts";
import { refuseUnreadableServer } from "./refuse-unreadable-server.ts";
import { isSameServer } from "./regions.ts";

/** Where a profile stands. */
export interface ProfilePlace {
  readonly file: string;
  /** `DEFAULT` in a file of its own. */
  readonly section: string;
}

/** What a profile may hold. Names in the files are matched without regard to case, as ConfigParser does. */
export interface Profile extends ProfilePlace {
  readonly apiServer?: string;
  /** A secret. */
  readonly accessToken?: string;
  /** When the token ends, as ISO 8601; tokens without it live until they are revoked. */
  readonly accessTokenExpires?: string;
  readonly clientKey?: string;
  /** A secret. */
  readonly clientSecret?: string;
}

const DEFAULT = "DEFAULT";

/** The file that `bs` and BaseMount write for profile `name`. */
export function ownProfileFile(name: string, home: string): string {
  return join(home, ".basespace", `${name}.cfg`);
}

/** The file of BaseSpacePy, with a section for each profile. */
export function sharedProfileFile(home: string): string {
  return join(home, ".basespacepy.cfg");
}

/**
 * Reads profile `name`: `~/.basespace/<name>.cfg`, which `bs` and BaseMount write (always section
 * `[DEFAULT]`), else section `<name>` of `~/.basespacepy.cfg`, which inherits from `[DEFAULT]`.
 * Undefined when neither has it.
 *
 * @throws BsmountError `usage` when others can read the file, or its server cannot be read
 */
export async function readProfile(name: string, home: string): Promise<Profile | undefined> {
  const own = { file: ownProfileFile(name, home), section: DEFAULT };
  const ownText = await readPrivateFile(own.file);
  if (ownText !== undefined) {
    refuseUnreadableServer(ownText, own);
    return toProfile(own, sectionOf(ownText, DEFAULT));
  }
  const shared = sharedProfileFile(home);
  const sharedText = await readPrivateFile(shared);
  return sharedText === undefined ? undefined : profileOfSection(sharedText, shared, name);
}

/**
 * The profile of one section of BaseSpacePy's file; undefined when there is no such section.
 * @throws BsmountError `usage` when its server, or the one that it may inherit, cannot be read
 */
export function profileOfSection(text: string, file: string, name: string): Profile | undefined {
  for (const section of [DEFAULT, name]) refuseUnreadableServer(text, { file, section });
  const inherited = sectionOf(text, DEFAULT) ?? {};
  if (name.toLowerCase() === "default") return toProfile({ file, section: DEFAULT }, inherited);
  const own = sectionOf(text, name);
  return own && toProfile({ file, section: name }, withInherited(own, inherited));
}

/**
 * Token and app belong to their server: a section that names another one inherits neither. When a token ends
 * belongs to the token.
 */
function withInherited(own: Section, inherited: Section): Section {
  const hasToken = own["accesstoken"] !== undefined;
  const ofToken = hasToken ? { accesstokenexpires: own["accesstokenexpires"] } : {};
  const merged = { ...inherited, ...own, ...ofToken };
  if (isSameServer(textValue(merged, "apiserver"), textValue(inherited, "apiserver")))
    return merged;
  const ofServer = ["accesstoken", "accesstokenexpires", "clientkey", "clientsecret"];
  return { ...merged, ...Object.fromEntries(ofServer.map((key) => [key, own[key]])) };
}

const KEYS = [
  ["apiServer", "apiserver"],
  ["accessToken", "accesstoken"],
  ["accessTokenExpires", "accesstokenexpires"],
  ["clientKey", "clientkey"],
  ["clientSecret", "clientsecret"],
] as const;

function toProfile(place: ProfilePlace, section: Section | undefined): Profile {
  const values = KEYS.map(([name, key]) => [name, textValue(section, key)] as const);
  return { ...place, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) };
}
