import { redactText } from "./redact.ts";

/** Controls move cursors and end lines of logs, format characters turn the reading direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** A secret that begins before the cut may end behind it. */
const LONGEST_SECRET = 4096;

/** Text that came from elsewhere, fit to stand in an error: on one line, without secrets, cut where it is long. */
export function shownText(text: string, maxLength: number): string {
  const isLong = text.length > maxLength;
  const begin = text
    .slice(0, maxLength + LONGEST_SECRET)
    .replace(INVISIBLE, " ")
    .trim();
  const shown = redactText(begin).slice(0, maxLength);
  return isLong ? `${shown}…` : shown;
}
