/*
 * Names in BaseSpace can contain any character, file names cannot. Each character that a file name cannot contain is
 * replaced by one that looks alike, as in rclone, so that the name is readable and can be decoded:
 *
 *   /                     ／  U+FF0F
 *   NUL to U+001F, DEL    their pictures, U+2400 to U+241F and U+2421
 *   a name `.` or `..`    ．  ．．  U+FF0E
 *   an empty name         ‛  U+201B
 *   a replacement itself  preceded by ‛
 *
 * U+FFFD and lone surrogates become ？ (U+FF1F), which cannot be decoded: the FUSE binding passes bytes that are not
 * UTF-8 as U+FFFD, so no listed name may contain it. C1 controls (U+0080 to U+009F) have no pictures and are not
 * replaced; a file name can contain them.
 */

const QUOTE = "‛";
const SLASH = "／";
const DOT = "．";
const UNREADABLE = "？";

const SPECIAL = /[/\p{Cc}／．\u2400-\u241f\u2421‛\ufffd\p{Cs}]/u;
const EACH_SPECIAL = new RegExp(SPECIAL, "gu");
const LOSSY = /[\ufffd\p{Cs}]/u;
const EACH_ENCODED = /‛([^])|[／\u2400-\u241f\u2421]/gu;

/** The file name of `name`: never empty, `.` or `..`, and without `/`, NUL and C0 controls. */
export function encodeName(name: string): string {
  if (name === "") return QUOTE;
  if (name === ".") return DOT;
  if (name === "..") return DOT + DOT;
  return SPECIAL.test(name) ? name.replace(EACH_SPECIAL, encodeCharacter) : name;
}

/** The inverse of {@link encodeName} for every name that is not {@link isLossy}. */
export function decodeName(encoded: string): string {
  if (encoded === QUOTE) return "";
  if (encoded === DOT) return ".";
  if (encoded === DOT + DOT) return "..";
  return encoded.replace(EACH_ENCODED, (found, quoted: string | undefined) =>
    quoted === undefined ? decodeCharacter(found) : quoted,
  );
}

/** True for names with U+FFFD or lone surrogates, whose encoding is not unique. */
export function isLossy(name: string): boolean {
  return LOSSY.test(name);
}

function encodeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (character === "/") return SLASH;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (code < 0xa0) return character;
  return LOSSY.test(character) ? UNREADABLE : QUOTE + character;
}

function decodeCharacter(picture: string): string {
  if (picture === SLASH) return "/";
  return picture === "\u2421" ? "\x7f" : String.fromCharCode(picture.charCodeAt(0) - 0x2400);
}
