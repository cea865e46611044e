import { join } from "node:path";
import { parse } from "ini";
import { readPrivateFile } from "./private-file.ts";
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

type Section = Readonly<Record<string, unknown>>;

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
 * @throws BsmountError `usage` when others can read the file
 */
export async function readProfile(name: string, home: string): Promise<Profile | undefined> {
  const own = { file: ownProfileFile(name, home), section: DEFAULT };
  const ownText = await readPrivateFile(own.file);
  if (ownText !== undefined) return toProfile(own, sectionOf(ownText, DEFAULT));
  const shared = sharedProfileFile(home);
  const sharedText = await readPrivateFile(shared);
  return sharedText === undefined ? undefined : profileOfSection(sharedText, shared, name);
}

/** The profile of one section of BaseSpacePy's file; undefined when there is no such section. */
export function profileOfSection(text: string, file: string, name: string): Profile | undefined {
  const inherited = sectionOf(text, DEFAULT) ?? {};
  if (name.toLowerCase() === "default") return toProfile({ file, section: DEFAULT }, inherited);
  const own = sectionOf(text, name);
  return own && toProfile({ file, section: name }, withInherited(own, inherited));
}

/** Token and app belong to their server: a section that names another one inherits neither. */
function withInherited(own: Section, inherited: Section): Section {
  const merged = { ...inherited, ...own };
  if (isSameServer(textValue(merged, "apiserver"), textValue(inherited, "apiserver")))
    return merged;
  const ofServer = ["accesstoken", "accesstokenexpires", "clientkey", "clientsecret"];
  return { ...merged, ...Object.fromEntries(ofServer.map((key) => [key, own[key]])) };
}

/** Names of all sections of an ini file, `DEFAULT` included, in their order. */
export function sectionNames(text: string): readonly string[] {
  const names = [...text.matchAll(/^[ \t]*\[([^\]\r\n]+)\]/gm)].map(([, name = ""]) => name.trim());
  return [...new Set(names)];
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

function textValue(section: Section | undefined, key: string): string | undefined {
  const value = section?.[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** The options of one section, keys in lower case. */
function sectionOf(text: string, name: string): Section | undefined {
  let at: unknown = parse(colonsToEquals(text));
  // The ini package nests a section called `a.b` as a → b.
  for (const part of name.split(".")) at = isSection(at) ? at[part] : undefined;
  if (!isSection(at)) return undefined;
  return Object.fromEntries(Object.entries(at).map(([key, value]) => [key.toLowerCase(), value]));
}

function isSection(value: unknown): value is Section {
  return typeof value === "object" && value !== null;
}

/** ConfigParser takes `key: value` as well; ini does not. */
function colonsToEquals(text: string): string {
  return text.replace(/^([ \t]*\w+)[ \t]*:[ \t]/gm, "$1 = ");
}
