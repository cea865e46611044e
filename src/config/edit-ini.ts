/** New values by key; undefined takes the key away. */
export type IniChanges = Readonly<Record<string, string | undefined>>;

/**
 * An ini text with some keys of one section changed; everything else stays as it is, comments, order, line
 * ends and the spelling of keys included. Keys match without regard to case. A section that is not there is
 * added at the end.
 */
export function editIni(text: string, section: string, changes: IniChanges): string {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
  const left = new Map(Object.entries(changes));
  const { edited, insertAt } = editLines(lines, section, left);
  const added = [...left].flatMap(([key, value]) =>
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
  /** Where the section ends; undefined when it is not there. */
  readonly insertAt: number | undefined;
}

/** Takes out of `left` what the lines had; a key that stands twice is kept once. */
function editLines(
  lines: readonly string[],
  section: string,
  left: Map<string, string | undefined>,
): EditedLines {
  const changes = new Map([...left].map(([key, value]) => [key.toLowerCase(), { key, value }]));
  const edited: string[] = [];
  let insertAt: number | undefined;
  for (const { line, inSection, key, before } of placed(lines)) {
    const isInside = inSection === section;
    const change = isInside ? changes.get(key) : undefined;
    if (change === undefined) edited.push(line);
    else if (left.delete(change.key) && change.value !== undefined)
      edited.push(before + change.value);
    if (isInside && line.trim() !== "") insertAt = edited.length;
  }
  return { edited, insertAt };
}

interface PlacedLine {
  readonly line: string;
  readonly inSection: string | undefined;
  /** In lower case; empty for what sets no key. */
  readonly key: string;
  /** The line up to its value. */
  readonly before: string;
}

function* placed(lines: readonly string[]): Iterable<PlacedLine> {
  let inSection: string | undefined;
  for (const line of lines) {
    inSection = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim() ?? inSection;
    const [, before = "", key = ""] = /^(\s*([\w.-]+)\s*[=:]\s*)/.exec(line) ?? [];
    yield { line, inSection, key: key.toLowerCase(), before };
  }
}
