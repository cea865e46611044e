import { describeError } from "./errors.ts";

/*
 * Secrets that must reach no log, error or store: tokens, client secrets, codes and the query of every
 * signed link. Better to hide a harmless value than to miss one, so a query is dropped whole.
 */
const SECRET_KEY = /token|secret|authorization|password|cookie|signature|code$/i;
const LINK = /\b(https?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]+/gi;
const ASSIGNED =
  /\b((?:access_?token|client_?secret|refund_?secret|device_?code|x-access-token|signature|awsaccesskeyid|x-amz-[\w-]+|code)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi;

/** `text` without tokens, credentials and the queries of links. */
export function redactText(text: string): string {
  return text.replace(LINK, "$1?…").replace(BEARER, "$1 …").replace(ASSIGNED, "$1…");
}

/** A copy of `value` fit to be logged or shown: secret keys are hidden, texts redacted, depth bounded. */
export function redactValue(value: unknown, depth = 6): unknown {
  if (typeof value === "string") return redactText(value);
  if (value instanceof Error) return redactText(describeError(value));
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth - 1));
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    SECRET_KEY.test(key) ? "…" : redactValue(item, depth - 1),
  ]);
  return Object.fromEntries(entries);
}
