/*
 * BaseSpace names hold any character, file names do not. Each character that a file name cannot hold has
 * a look-alike in its place, as rclone does it, so that the name can be read and turned back:
 *
 *   /                     ／  U+FF0F
 *   NUL to U+001F, DEL    their pictures, U+2400 to U+241F and U+2421
 *   a name `.` or `..`    ．  ．．  U+FF0E
 *   an empty name         ‛  U+201B
 *   a look-alike itself   quoted with ‛ before it
 *
 * U+FFFD and lone surrogates become ？ (U+FF1F), and that cannot be turned back: the kernel's binding
 * hands over bytes that are not UTF-8 as U+FFFD, so no listed name may contain it. C1 controls (U+0080 to
 * U+009F) have no pictures and stay; a file name can hold them.
 */

const QUOTE = "‛";
const SLASH = "／";
const DOT = "．";
const UNREADABLE = "？";

const SPECIAL = /[/\p{Cc}／．\u2400-\u241f\u2421‛\ufffd\p{Cs}]/u;
const EACH_SPECIAL = new RegExp(SPECIAL, "gu");
const LOSSY = /[\ufffd\p{Cs}]/u;
const EACH_ENCODED = /‛([^])|[／\u2400-\u241f\u2421]/gu;

/** The file name that stands for `name`: never empty, `.` or `..`, without `/`, NUL and C0 controls. */
export function encodeName(name: string): string {
  if (name === "") return QUOTE;
  if (name === ".") return DOT;
  if (name === "..") return DOT + DOT;
  return SPECIAL.test(name) ? name.replace(EACH_SPECIAL, encodeCharacter) : name;
}

/** The name that `encoded` stands for; exact for every name that is not {@link isLossy}. */
export function decodeName(encoded: string): string {
  if (encoded === QUOTE) return "";
  if (encoded === DOT) return ".";
  if (encoded === DOT + DOT) return "..";
  return encoded.replace(EACH_ENCODED, (found, quoted: string | undefined) =>
    quoted === undefined ? decodeCharacter(found) : quoted,
  );
}

/** True for names with U+FFFD or lone surrogates, whose encoding other names can have too. */
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
