import { join } from "node:path";
import { parse } from "ini";
import { readPrivateFile } from "./private-file.ts";

/** What a profile may hold. Names in the files are matched without regard to case, as ConfigParser does. */
export interface Profile {
  /** The file it came from. */
  readonly file: string;
  readonly apiServer?: string;
  readonly accessToken?: string;
}

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads profile `name`: `~/.basespace/<name>.cfg`, which `bs` and BaseMount write (always section
 * `[DEFAULT]`), else section `<name>` of `~/.basespacepy.cfg`, which inherits from `[DEFAULT]`.
 * Undefined when neither has it.
 *
 * @throws BsmountError `usage` when others can read the file
 */
export async function readProfile(name: string, home: string): Promise<Profile | undefined> {
  const own = join(home, ".basespace", `${name}.cfg`);
  const ownText = await readPrivateFile(own);
  if (ownText !== undefined) return toProfile(own, sectionOf(ownText, "DEFAULT"));
  const shared = join(home, ".basespacepy.cfg");
  const sharedText = await readPrivateFile(shared);
  if (sharedText === undefined) return undefined;
  const inherited = sectionOf(sharedText, "DEFAULT");
  if (name.toLowerCase() === "default") return toProfile(shared, inherited);
  const section = sectionOf(sharedText, name);
  return section && toProfile(shared, { ...inherited, ...section });
}

function toProfile(file: string, section: Section | undefined): Profile {
  const apiServer = textValue(section, "apiserver");
  const accessToken = textValue(section, "accesstoken");
  return {
    file,
    ...(apiServer === undefined ? {} : { apiServer }),
    ...(accessToken === undefined ? {} : { accessToken }),
  };
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
