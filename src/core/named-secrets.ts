import { kindOfFoundName, SECRET_NAME_PATTERN, type SecretKind } from "./secret-names.ts";
import { type Span, spanInBrackets, spanInQuotes, spanOf, textAt } from "./secret-spans.ts";

/*
 * Hides the value that follows the name of a secret, in any of these forms:
 *
 *   name=value  name: value  "name":"value"  \"name\":\"value\"  'name', 'value'  name: [ 'value' ]
 *   <name>value</name>  --name value  name%3Dvalue  %22name%22%3A%22value%22
 */

/** The text between a name and its value; it begins with the closing quote of the name, if any. */
const ASSIGNED =
  /(?:\\*["'`]|\\+u002[27]|%(?:25)*22)?[ \t]*(?:=>|[=:]|%(?:25)*3[AD]|\\+u003d)(?:[ \t]|%(?:25)*20|\+)*/iy;
/** The text between a name and its value in a list of headers. */
const LISTED = /\\*["'`][ \t]*,\s*/y;
const ELEMENT = />/y;
const GAP = /[ \t]+/y;

const BARE = /(?:(?:bearer|basic)[ \t]+)?[^\s"'`&,;<>(){}[\]\\]+/iy;
/** An encoded value extends to the end of the word; its inner structure is not parsed. */
const ENCODED = /[^\s"'`<>&]+/y;
const LINE = /[^\r\n\\]+/y;
const QUOTED_LINE: ReadonlyMap<string | undefined, RegExp> = new Map([
  ['"', /[^\r\n\\"]+/y],
  ["'", /[^\r\n\\']+/y],
  ["`", /[^\r\n\\`]+/y],
]);
const XML_TEXT = /[^<]+/y;
const OPTION = /--[\w-]*$/;

/** Whether the value is an ordinary word of a sentence, or the status of a response. */
function isOrdinaryWord(value: string): boolean {
  if (value.length >= 20) return false;
  return /^(?:[A-Z]?[a-z]+(?:[-_'][a-z]+)*|[A-Z]+|\d{1,5})[.!?:]*$/.test(value);
}

/** `ENOENT`, `ERR_HTTP2_ERROR`, `BASESPACE.COMMON.NOT_FOUND`, `AccessDenied`, `invalid_grant`, `404`. */
export function isErrorCode(value: string): boolean {
  if (value.length < 8) return /^(?:[A-Za-z_]+|[A-Z][A-Z0-9]+|-?\d+)$/.test(value);
  if (value.length > 80) return false;
  return /^(?:[A-Za-z._]+|[A-Z][A-Z0-9]*(?:[._][A-Z0-9]+)+)$/.test(value);
}

/** Replaces the values after names of secrets by ellipses. */
export function hideNamedSecrets(text: string): string {
  let shown = "";
  let from = 0;
  for (const found of text.matchAll(SECRET_NAME_PATTERN)) {
    // This name is inside a value that was hidden.
    if (found.index < from) continue;
    const secret = secretAfter(text, found);
    if (secret === undefined) continue;
    shown += `${text.slice(from, secret.start)}…`;
    from = secret.end;
  }
  return shown + text.slice(from);
}

/** The name of a secret at its position in a text. */
interface Found {
  readonly kind: SecretKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function secretAfter(text: string, { 0: name, index: start }: RegExpExecArray): Span | undefined {
  const found: Found = { kind: kindOfFoundName(name), name, start, end: start + name.length };
  const assigned = textAt(ASSIGNED, text, found.end);
  if (assigned !== undefined) return assignedSecret(text, found, assigned);
  if (found.kind === "parameter") return undefined;
  if (textAt(ELEMENT, text, found.end) !== undefined) {
    return unlessHarmless(text, found.kind, spanOf(XML_TEXT, text, found.end + 1));
  }
  return listedSecret(text, found) ?? optionSecret(text, found);
}

function assignedSecret(text: string, found: Found, assigned: string): Span | undefined {
  const { kind } = found;
  if (kind === "parameter" && /:|3a/i.test(assigned)) return undefined;
  const start = found.end + assigned.length;
  const enclosed = spanInQuotes(text, start) ?? spanInBrackets(text, start);
  if (enclosed !== undefined) return unlessHarmless(text, kind, enclosed);
  if (assigned.includes("%")) return spanOf(ENCODED, text, start);
  if (kind === "header") {
    return spanOf(QUOTED_LINE.get(text[found.start - 1]) ?? LINE, text, start);
  }
  return bareSecret(text, found, { start, inSentence: assigned.endsWith(" ") });
}

function bareSecret(
  text: string,
  { kind, name, start: at }: Found,
  { start, inSentence }: { readonly start: number; readonly inSentence: boolean },
): Span | undefined {
  const value = spanOf(BARE, text, start);
  const inQuery = at > 0 && "?&".includes(text.charAt(at - 1));
  if (inQuery) return value;
  const isWord = kind === "word" || name.includes(" ");
  return isWord && inSentence ? unlessOrdinary(text, value) : unlessHarmless(text, kind, value);
}

/** In a list of headers, the value is the item after the name. */
function listedSecret(text: string, { kind, end }: Found): Span | undefined {
  const between = kind === "header" ? textAt(LISTED, text, end) : undefined;
  return between === undefined ? undefined : spanInQuotes(text, end + between.length);
}

/** `--access-token value`; "give it with --access-token or …" is a sentence. */
function optionSecret(text: string, { start, end }: Found): Span | undefined {
  if (!OPTION.test(text.slice(Math.max(0, start - 40), start))) return undefined;
  const gap = textAt(GAP, text, end);
  const value = gap === undefined ? undefined : spanOf(BARE, text, end + gap.length);
  return unlessOrdinary(text, value);
}

function unlessOrdinary(text: string, value: Span | undefined): Span | undefined {
  if (value === undefined || isOrdinaryWord(text.slice(value.start, value.end))) return undefined;
  return value;
}

function unlessHarmless(text: string, kind: SecretKind, value: Span | undefined): Span | undefined {
  if (value === undefined) return undefined;
  const secret = text.slice(value.start, value.end);
  if (/^(?:null|undefined|true|false)$/.test(secret)) return undefined;
  return kind === "code" && isErrorCode(secret) ? undefined : value;
}
