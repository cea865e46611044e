import { redactText } from "./redact.ts";

/** Control characters move the cursor and end lines of logs, format characters change the reading direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** A secret that begins before the cut may end after it. */
const LONGEST_SECRET = 4096;

/** Prepares a foreign text for an error: one line, no secrets, at most `maxLength` characters. */
export function shownText(text: string, maxLength: number): string {
  const isLong = text.length > maxLength;
  const begin = text
    .slice(0, maxLength + LONGEST_SECRET)
    .replace(INVISIBLE, " ")
    .trim();
  const shown = redactText(begin).slice(0, maxLength);
  return isLong ? `${shown}…` : shown;
}
