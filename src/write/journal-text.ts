import { crc32 } from "node:zlib";

/*
 * The text of a journal: a line for each record, which begins with its CRC-32 in hexadecimal; the rest is a JSON object
 * with a number `n` that counts up from 0. A crash can cut the last line short, and a full disk one in the middle, which
 * is then written again. Checksum and number show both, and any other damage.
 */

/** The first line, `n` 0: whose journal it is. */
export type JournalHeader = Readonly<Record<string, unknown>>;

export interface JournalText {
  readonly header: JournalHeader;
  /** The records after the header, in order. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** False when a record is missing that had others after it: nobody knows what it said. */
  readonly isWhole: boolean;
}

/** One line, with its end. */
export function journalLine(n: number, record: object): string {
  return checkedLine({ n, ...record });
}

/** A record as a line with its checksum and its end. */
export function checkedLine(record: object): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** Reads the text of a journal, of this format or of format 1, which had neither checksums nor numbers. */
export function readJournalText(text: string): JournalText {
  const lines = text.split("\n");
  const isNumbered = lines.some((line) => recordIn(line) !== undefined);
  return isNumbered ? readNumbered(lines) : readFormat1(lines);
}

function readNumbered(lines: readonly string[]): JournalText {
  let header: JournalHeader = {};
  let next = 0;
  let isWhole = true;
  const records: Readonly<Record<string, unknown>>[] = [];
  for (const line of lines) {
    const record = recordIn(line);
    const n = record?.["n"];
    // What a full disk refused was written again, with all that had been written with it.
    if (record === undefined || typeof n !== "number" || n < next) continue;
    if (n > next) isWhole = false;
    next = n + 1;
    if (n === 0) header = record;
    else records.push(record);
  }
  return { header, records, isWhole };
}

/** The record in a line that {@link checkedLine} made; undefined when the line was damaged. */
export function recordIn(line: string): Record<string, unknown> | undefined {
  const json = line.slice(9);
  return line.slice(0, 9) === `${checksum(json)} ` ? parsed(json) : undefined;
}

function readFormat1([first, ...lines]: readonly string[]): JournalText {
  const records = lines.map(parsed).filter((record) => record !== undefined);
  return { header: parsed(first ?? "") ?? {}, records, isWhole: true };
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === "object" && value !== null;
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}
