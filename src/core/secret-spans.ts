/** The characters from `start` up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A quote, with backslashes when it is nested, or an encoded one. */
const QUOTE = /(\\*)["'`]|\\+u002[27]|%(?:25)*22/iy;

/** The text that a sticky pattern matches at `at`. */
export function textAt(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

/** The span that a sticky pattern matches at `start`. */
export function spanOf(sticky: RegExp, text: string, start: number): Span | undefined {
  const found = textAt(sticky, text, start);
  return found === undefined ? undefined : { start, end: start + found.length };
}

/** The text between quotes that open at `start`; up to the end of the text if none closes them. */
export function spanInQuotes(text: string, start: number): Span | undefined {
  const opening = textAt(QUOTE, text, start);
  if (opening === undefined) return undefined;
  const from = start + opening.length;
  if (/\w$/.test(opening)) {
    return { start: from, end: orEnd(text, text.indexOf(opening, from)) };
  }
  const quote = opening.slice(-1);
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    const backslashes = backslashesBefore(text, at);
    // A quote with more backslashes than the opening one belongs to the value.
    if (backslashes < opening.length) return { start: from, end: at - backslashes };
  }
  return { start: from, end: text.length };
}

/** The text between brackets or braces that open at `start`; up to the end of the text if none closes them. */
export function spanInBrackets(text: string, start: number): Span | undefined {
  const opening = text.charAt(start);
  if (opening !== "[" && opening !== "{") return undefined;
  const closing = opening === "[" ? "]" : "}";
  let open = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === opening) open += 1;
    else if (text[at] === closing) open -= 1;
    if (open === 0) return { start: start + 1, end: at };
  }
  return { start: start + 1, end: text.length };
}

/** The number of backslashes directly before `at`. */
function backslashesBefore(text: string, at: number): number {
  let begin = at;
  while (text[begin - 1] === "\\") begin -= 1;
  return at - begin;
}

function orEnd(text: string, found: number): number {
  return found === -1 ? text.length : found;
}
