import { parse } from "ini";

/** The options of one section, keys in lower case: ConfigParser does not tell them apart by case. */
export type Section = Readonly<Record<string, unknown>>;

/** One line of an ini text. */
export interface IniLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The section that it is in; undefined before the first one. */
  readonly section: string | undefined;
}

/** Names of all sections of an ini file, `DEFAULT` included, in their order. */
export function sectionNames(text: string): readonly string[] {
  return [...new Set(iniLines(text).flatMap(({ section }) => section ?? []))];
}

/** The options of one section; undefined when there is no such section. */
export function sectionOf(text: string, name: string): Section | undefined {
  const lines = iniLines(text).map((line) => asIni(line.text));
  const section: unknown = parse(lines.join("\n"))[name];
  return typeof section === "object" && section !== null ? lowerKeys(section) : undefined;
}

/** What one line alone sets. */
export function optionsOfLine({ text }: IniLine): Section {
  return lowerKeys(parse(asIni(text)));
}

/** An option that says something; undefined for one that is not there, empty or no text. */
export function textValue(section: Section | undefined, key: string): string | undefined {
  const value = section?.[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

export function iniLines(text: string): readonly IniLine[] {
  let section: string | undefined;
  return text.split(/\r\n?|\n/).map((line, index) => {
    section = headerOf(line) ?? section;
    return { number: index + 1, text: line, section };
  });
}

function headerOf(line: string): string | undefined {
  return /^[ \t]*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
}

/**
 * What ConfigParser takes and the ini package does not: `key: value`, `key:value`, and text behind a section's
 * name. The package would nest `[a.b]` below `[a]` as well; with its dot escaped it is a name like any other.
 */
function asIni(line: string): string {
  const header = headerOf(line);
  if (header !== undefined) return `[${header.replace(/[\\;#.]/g, "\\$&")}]`;
  return line.replace(/^([ \t]*[\w.-]+)[ \t]*:[ \t]*/, "$1 = ");
}

function lowerKeys(section: object): Section {
  return Object.fromEntries(
    Object.entries(section).map(([key, value]) => [key.toLowerCase(), value as unknown]),
  );
}
