import { describeError } from "./errors.ts";
import { hideKnownSecrets } from "./known-secrets.ts";
import { secretKindOf } from "./secret-names.ts";
import { hideNamedSecrets, isErrorCode } from "./named-secrets.ts";

/*
 * Removes secrets from texts for logs, errors and the journal: tokens, client secrets, codes and the queries of signed
 * links. It is better to hide a harmless value than to miss a secret, so whole queries are removed. Every pattern
 * either matches where it starts or looks ahead a bounded distance, so the time is linear in the length of the text.
 */

/** A link, also in JSON with escaped slashes and ampersands: scheme, host with path, query. */
const LINK =
  /\b([a-z][a-z0-9+.-]{1,15}:(?:\\*\/){2})([^\s"<>?#\\]*(?:\\+\/[^\s"<>?#\\]*)*)([?#](?:[^\s"'<>\\]|\\+u[0-9a-f]{4})*)?/gi;
/** A link that is encoded in a query or form; `%253F` is a question mark encoded twice. */
const ENCODED_LINK =
  /\b([a-z][a-z0-9+.-]{1,15}%(?:25)*3A(?:%(?:25)*2F){2}(?:(?!%(?:25)*(?:3F|23))[^\s"'<>&])*)(%[^\s"'<>&]*)?/gi;
/** Words that follow the name of a scheme in sentences; any other word there may be a token. */
const PROSE =
  /^(?:access|and|auth|authentication|authorization|of|or|schemes?|tokens?|usage)[.]?$/i;
const CREDENTIALS = /\b(bearer|basic)((?:[ \t]|%(?:25)*20|\+)+)([\w.~+/=%-]+)/gi;

/** Replaces tokens, credentials and the queries of links in `text` by ellipses. */
export function redactText(text: string): string {
  return hideNamedSecrets(
    hideKnownSecrets(text)
      .replace(LINK, (_, scheme: string, address: string, query = "") => {
        return `${scheme}${withoutUser(address)}${query === "" ? "" : "?…"}`;
      })
      .replace(ENCODED_LINK, (_, link: string, query = "") => `${link}${query === "" ? "" : "…"}`)
      .replace(CREDENTIALS, (whole, scheme: string, gap: string, value: string) => {
        return PROSE.test(value) ? whole : `${scheme}${gap}…`;
      }),
  );
}

/**
 * A copy of `value` for a log or an error: hides the values of secret keys, redacts texts, replaces bytes by their
 * number, and limits the depth.
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

/** In a list of raw headers, each value follows its name. */
function redactList(items: readonly unknown[], depth: number): unknown[] {
  return items.map((item, at) => (headerBefore(items, at) ? "…" : redactValue(item, depth)));
}

function headerBefore(items: readonly unknown[], at: number): boolean {
  const before = items[at - 1];
  return typeof before === "string" && secretKindOf(before) === "header";
}

/** Shows the code of an error and the expiry of a link, which are useful, and harmless as separate fields. */
function isSecret(key: string, item: unknown): boolean {
  const kind = secretKindOf(key);
  if (kind === undefined || kind === "parameter" || typeof item === "boolean") return false;
  if (item === null || item === undefined) return false;
  return kind !== "code" || (typeof item === "string" && !isErrorCode(item));
}

/** Hides a user and password before the host. */
function withoutUser(address: string): string {
  const at = address.slice(0, address.search(/\/|$/)).lastIndexOf("@");
  return at === -1 ? address : `…${address.slice(at)}`;
}
