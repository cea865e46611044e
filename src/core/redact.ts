import { describeError } from "./errors.ts";
import { hideKnownSecrets } from "./known-secrets.ts";
import { secretKindOf } from "./secret-names.ts";
import { hideNamedSecrets, isErrorCode } from "./named-secrets.ts";

/*
 * Secrets that must reach no log, error or store: tokens, client secrets, codes and the query of every
 * signed link. Better to hide a harmless value than to miss one, so a query is dropped whole. Every
 * pattern here always matches where it begins, or looks a bounded way ahead: time is linear in the text.
 */

/** A link, which may stand in JSON whose slashes and ampersands are escaped: scheme, place, query. */
const LINK =
  /\b([a-z][a-z0-9+.-]{1,15}:(?:\\*\/){2})([^\s"<>?#\\]*(?:\\+\/[^\s"<>?#\\]*)*)([?#](?:[^\s"'<>\\]|\\+u[0-9a-f]{4})*)?/gi;
/** A link inside the query or form of something else; `%253F` is a question mark encoded twice. */
const ENCODED_LINK =
  /\b([a-z][a-z0-9+.-]{1,15}%(?:25)*3A(?:%(?:25)*2F){2}(?:(?!%(?:25)*(?:3F|23))[^\s"'<>&])*)(%[^\s"'<>&]*)?/gi;
/** What sentences have behind the name of a scheme; any other word there may be a token. */
const PROSE =
  /^(?:access|and|auth|authentication|authorization|of|or|schemes?|tokens?|usage)[.]?$/i;
const CREDENTIALS = /\b(bearer|basic)((?:[ \t]|%(?:25)*20|\+)+)([\w.~+/=%-]+)/gi;

/** `text` without tokens, credentials and the queries of links. */
export function redactText(text: string): string {
  return hideNamedSecrets(
    hideKnownSecrets(text)
      .replace(LINK, (_, scheme: string, place: string, query = "") => {
        return `${scheme}${withoutUser(place)}${query === "" ? "" : "?…"}`;
      })
      .replace(ENCODED_LINK, (_, link: string, query = "") => `${link}${query === "" ? "" : "…"}`)
      .replace(CREDENTIALS, (whole, scheme: string, gap: string, value: string) => {
        return PROSE.test(value) ? whole : `${scheme}${gap}…`;
      }),
  );
}

/**
 * A copy of `value` fit to be logged or shown: the values of secret keys are hidden, texts redacted,
 * bytes counted and not shown, depth bounded.
 */
export function redactValue(value: unknown, depth = 6): unknown {
  if (typeof value === "string") return redactText(value);
  if (value instanceof Error) return redactText(describeError(value));
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return `… (${value.byteLength} bytes)`;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return redactList(value, depth - 1);
  const entries = Object.entries(value).map(([key, item]) => [
    hideKnownSecrets(key),
    isSecret(key, item) ? "…" : redactValue(item, depth - 1),
  ]);
  return Object.fromEntries(entries);
}

/** Raw headers are a list in which each value follows its name. */
function redactList(items: readonly unknown[], depth: number): unknown[] {
  return items.map((item, at) => (headerBefore(items, at) ? "…" : redactValue(item, depth)));
}

function headerBefore(items: readonly unknown[], at: number): boolean {
  const before = items[at - 1];
  return typeof before === "string" && secretKindOf(before) === "header";
}

/** An error's code, and the date that a link expires on, are of use and harmless under a key of their own. */
function isSecret(key: string, item: unknown): boolean {
  const kind = secretKindOf(key);
  if (kind === undefined || kind === "parameter" || typeof item === "boolean") return false;
  if (item === null || item === undefined) return false;
  return kind !== "code" || (typeof item === "string" && !isErrorCode(item));
}

/** The place that a link leads to, without the user and password that it may begin with. */
function withoutUser(place: string): string {
  const at = place.slice(0, place.search(/\/|$/)).lastIndexOf("@");
  return at === -1 ? place : `…${place.slice(at)}`;
}
