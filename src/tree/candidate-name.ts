import { encodeName, isLossy } from "./encoding.ts";

/** NAME_MAX of Linux: the most bytes of UTF-8 in one name. */
export const NAME_MAX_BYTES = 255;

/** Up to three short extensions: `.gz`, `.fastq.gz`, `.vcf.gz.tbi`. */
const EXTENSIONS = /(?!^)(?:\.[A-Za-z0-9]{1,10}){1,3}$/;

/** Ids are a few digits; a longer one must not make a name too long. */
const MAX_ID_BYTES = 40;
const MAX_REPEATED_BYTES = 120;

export function nameBytes(name: string): number {
  return Buffer.byteLength(name);
}

/** `name` as a file name without an Id; undefined if it is too long or its encoding is ambiguous. */
export function plainName(name: string): string | undefined {
  const encoded = encodeName(name);
  return isTooLong(encoded) || isLossy(name) ? undefined : encoded;
}

/**
 * `name~<id>` with the Id `times` times, at least once; each count gives a different name. A name that is too long is
 * shortened before its extensions, so that globs still match it: `a very long na~12.fastq.gz`.
 */
export function nameWithId(name: string, id: string, times: number): string {
  const encoded = encodeName(name);
  const mark = `~${truncated(encodeName(id), MAX_ID_BYTES)}`;
  if (!isTooLong(encoded)) return withSuffix(encoded, "", repeated(mark, times));
  return withSuffix(encoded, mark, times === 1 ? "" : repeated(mark, times - 1));
}

function isTooLong(name: string): boolean {
  return name.length * 3 > NAME_MAX_BYTES && nameBytes(name) > NAME_MAX_BYTES;
}

/** `~12~12~12`, or the count if that is too long: `~12~99`. */
function repeated(mark: string, times: number): string {
  return nameBytes(mark) * times <= MAX_REPEATED_BYTES ? mark.repeat(times) : `${mark}~${times}`;
}

/** `name` with `before` inserted before its extensions and `after` at the end; the stem is shortened if necessary. */
function withSuffix(name: string, before: string, after: string): string {
  const whole = name + after;
  if (before === "" && !isTooLong(whole)) return whole;
  const extensions = EXTENSIONS.exec(name)?.[0] ?? "";
  const tail = before + extensions + after;
  const stem = name.slice(0, name.length - extensions.length);
  return truncated(stem, NAME_MAX_BYTES - nameBytes(tail)) + tail;
}

/** The longest prefix of `text` of whole characters with at most `bytes` bytes. */
function truncated(text: string, bytes: number): string {
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += nameBytes(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
