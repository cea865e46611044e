/*
 * The form of the journals of downloads and uploads: lines of JSON. One line names the file, with a `fileId`; each
 * further line has the `part` that was transferred. After a crash the last line may be incomplete.
 */

type Fields = Readonly<Record<string, unknown>>;

/** What a journal holds. */
export interface PartsJournal<Name, Value> {
  readonly name: Name;
  /** What the journal says of each part, by the part's number. */
  readonly parts: ReadonlyMap<number, Value>;
}

/**
 * Reads the text of a journal. Lines that are not understood are left out; undefined when no line names a file.
 *
 * @param valueOf what a line says of its part
 */
export function parseJournal<Name extends { readonly fileId: string }, Value>(
  text: string,
  valueOf: (line: Fields) => Value,
): PartsJournal<Name, Value> | undefined {
  let name: Name | undefined;
  const parts = new Map<number, Value>();
  for (const line of text.split("\n")) {
    const fields = parseLine(line);
    if (typeof fields?.["fileId"] === "string") name = fields as unknown as Name;
    else if (typeof fields?.["part"] === "number") parts.set(fields["part"], valueOf(fields));
  }
  return name === undefined ? undefined : { name, parts };
}

function parseLine(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
