/** New values by key; undefined removes the key. */
export type IniChanges = Readonly<Record<string, string | undefined>>;

/**
 * Changes keys of one section in an ini text, and keeps everything else: comments, order, line ends and the spelling of
 * keys. Keys are case-insensitive. A missing section is added at the end.
 */
export function editIni(text: string, section: string, changes: IniChanges): string {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
  const pending = new Map(Object.entries(changes));
  const { edited, insertAt } = editLines(lines, section, pending);
  const added = [...pending].flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = ${value}`],
  );
  if (insertAt !== undefined) edited.splice(insertAt, 0, ...added);
  else if (added.length > 0) {
    edited.push(...(edited.length === 0 ? [] : [""]), `[${section}]`, ...added);
  }
  return edited.length === 0 ? "" : `${edited.join(lineEnd)}${lineEnd}`;
}

interface EditedLines {
  readonly edited: string[];
  /** The index of the end of the section; undefined when it does not exist. */
  readonly insertAt: number | undefined;
}

/** Applies the changes to existing keys and removes those from `pending`; a repeated key is kept once. */
function editLines(
  lines: readonly string[],
  section: string,
  pending: Map<string, string | undefined>,
): EditedLines {
  const changes = new Map([...pending].map(([key, value]) => [key.toLowerCase(), { key, value }]));
  const edited: string[] = [];
  let insertAt: number | undefined;
  for (const { line, inSection, key, before } of parseLines(lines)) {
    const isInside = inSection === section;
    const change = isInside ? changes.get(key) : undefined;
    if (change === undefined) edited.push(line);
    else if (pending.delete(change.key) && change.value !== undefined)
      edited.push(before + change.value);
    if (isInside && line.trim() !== "") insertAt = edited.length;
  }
  return { edited, insertAt };
}

interface ParsedLine {
  readonly line: string;
  readonly inSection: string | undefined;
  /** In lower case; empty for a line that sets no key. */
  readonly key: string;
  /** The part of the line before its value. */
  readonly before: string;
}

function* parseLines(lines: readonly string[]): Iterable<ParsedLine> {
  let inSection: string | undefined;
  for (const line of lines) {
    inSection = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim() ?? inSection;
    const [, before = "", key = ""] = /^(\s*([\w.-]+)\s*[=:]\s*)/.exec(line) ?? [];
    yield { line, inSection, key: key.toLowerCase(), before };
  }
}
