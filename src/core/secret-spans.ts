/** From `start` up to `end`, not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A quote, which has a backslash more for each text in a text; or one that is encoded. */
const QUOTE = /(\\*)["'`]|\\+u002[27]|%(?:25)*22/iy;

/** What a sticky pattern matches at `at`. */
export function textAt(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

/** Where a sticky pattern that begins at `start` matches. */
export function spanOf(sticky: RegExp, text: string, start: number): Span | undefined {
  const found = textAt(sticky, text, start);
  return found === undefined ? undefined : { start, end: start + found.length };
}

/** What stands between quotes that open at `start`; to the end of the text where none closes it. */
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
    // With more backslashes than the opening one it is a part of the value.
    if (backslashes < opening.length) return { start: from, end: at - backslashes };
  }
  return { start: from, end: text.length };
}

/** What stands between brackets or braces that open at `start`; to the end of the text if none closes it. */
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

/** Counts as far as the opening quote at most. */
function backslashesBefore(text: string, at: number): number {
  let begin = at;
  while (text[begin - 1] === "\\") begin -= 1;
  return at - begin;
}

function orEnd(text: string, found: number): number {
  return found === -1 ? text.length : found;
}
