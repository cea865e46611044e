import { parse } from "ini";

/** The values of one section, with keys in lower case, since ConfigParser ignores case. */
export type Section = Readonly<Record<string, unknown>>;

/** One line of an ini text. */
export interface IniLine {
  /** Starting at 1. */
  readonly number: number;
  readonly text: string;
  /** The section of the line; undefined before the first section. */
  readonly section: string | undefined;
}

/** The names of all sections, `DEFAULT` included, in order. */
export function sectionNames(text: string): readonly string[] {
  return [...new Set(iniLines(text).flatMap(({ section }) => section ?? []))];
}

/** The values of one section; undefined when it does not exist. */
export function sectionOf(text: string, name: string): Section | undefined {
  const lines = iniLines(text).map((line) => asIni(line.text));
  const section: unknown = parse(lines.join("\n"))[name];
  return typeof section === "object" && section !== null ? lowerKeys(section) : undefined;
}

/** The values that one line sets. */
export function optionsOfLine({ text }: IniLine): Section {
  return lowerKeys(parse(asIni(text)));
}

/** The trimmed text of a value; undefined when it is missing, empty or not a text. */
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
 * Rewrites what ConfigParser accepts and the ini package does not: `key: value`, `key:value`, and text after a
 * section's name. Escapes dots, because the package would nest `[a.b]` in `[a]`.
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
