import { redactText } from "./redact.ts";

/** Controls move cursors and end lines of logs, format characters turn the reading direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** Text that came from elsewhere, fit to stand in an error: on one line, without secrets, cut where it is long. */
export function shownText(text: string, maxLength: number): string {
  const isLong = text.length > maxLength;
  const shown = redactText(text.slice(0, maxLength).replace(INVISIBLE, " ").trim());
  return isLong ? `${shown}…` : shown;
}
