import { join } from "node:path";
import { type Section, sectionOf, textValue } from "./ini-text.ts";
import { readPrivateFile } from "./secret-file.ts";
import { refuseUnreadableServer } from "./refuse-unreadable-server.ts";
import { isSameServer } from "./regions.ts";

/** The file and section of a profile. */
export interface ProfileLocation {
  readonly file: string;
  /** `DEFAULT` in a file that has only this profile. */
  readonly section: string;
}

/** The values of a profile. Keys in the files are case-insensitive, as in Python's ConfigParser. */
export interface Profile extends ProfileLocation {
  readonly apiServer?: string;
  /** A secret. */
  readonly accessToken?: string;
  /** When the token expires, ISO 8601; without it the token is valid until it is revoked. */
  readonly accessTokenExpires?: string;
  readonly clientKey?: string;
  /** A secret. */
  readonly clientSecret?: string;
}

const DEFAULT = "DEFAULT";

/** The file of profile `name`, as `bs` and BaseMount write it. */
export function ownProfileFile(name: string, home: string): string {
  return join(home, ".basespace", `${name}.cfg`);
}

/** The file of BaseSpacePy, which has one section for each profile. */
export function sharedProfileFile(home: string): string {
  return join(home, ".basespacepy.cfg");
}

/**
 * Reads profile `name` from section `[DEFAULT]` of `~/.basespace/<name>.cfg`, which `bs` and BaseMount write, else from
 * section `<name>` of `~/.basespacepy.cfg`, which inherits from its `[DEFAULT]`. Undefined when neither exists.
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
 * The profile in one section of BaseSpacePy's file; undefined when the section does not exist.
 * @throws BsmountError `usage` when its server, or the one that it would inherit, cannot be read
 */
export function profileOfSection(text: string, file: string, name: string): Profile | undefined {
  for (const section of [DEFAULT, name]) refuseUnreadableServer(text, { file, section });
  const inherited = sectionOf(text, DEFAULT) ?? {};
  if (name.toLowerCase() === "default") return toProfile({ file, section: DEFAULT }, inherited);
  const own = sectionOf(text, name);
  return own && toProfile({ file, section: name }, withInherited(own, inherited));
}

/**
 * A section that names another server than `[DEFAULT]` inherits neither token nor app, since both belong to their
 * server. The expiry belongs to the token.
 */
function withInherited(own: Section, inherited: Section): Section {
  const hasToken = own["accesstoken"] !== undefined;
  const expiry = hasToken ? { accesstokenexpires: own["accesstokenexpires"] } : {};
  const merged = { ...inherited, ...own, ...expiry };
  if (isSameServer(textValue(merged, "apiserver"), textValue(inherited, "apiserver")))
    return merged;
  const serverKeys = ["accesstoken", "accesstokenexpires", "clientkey", "clientsecret"];
  return { ...merged, ...Object.fromEntries(serverKeys.map((key) => [key, own[key]])) };
}

const KEYS = [
  ["apiServer", "apiserver"],
  ["accessToken", "accesstoken"],
  ["accessTokenExpires", "accesstokenexpires"],
  ["clientKey", "clientkey"],
  ["clientSecret", "clientsecret"],
] as const;

function toProfile(location: ProfileLocation, section: Section | undefined): Profile {
  const values = KEYS.map(([name, key]) => [name, textValue(section, key)] as const);
  return { ...location, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) };
}
