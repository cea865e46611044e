import { LRUCache } from "lru-cache";

/*
 * The secrets that this process uses, by value. A service, a proxy or a library may print one where nothing marks it as
 * a secret, for instance in the name of a project or in the text of an error.
 */

/** A process that has used more has stopped using most of them. */
const MAX_SECRETS = 64;

/** Shorter values would also be found in unrelated texts. */
const MIN_LENGTH = 16;

/** For each secret, a pattern for the forms in which texts contain it, in upper or lower case. */
const patterns = new LRUCache<string, RegExp>({ max: MAX_SECRETS });

/** Adds a secret for {@link hideKnownSecrets}, which knows the last 64 that have at least 16 characters. */
export function rememberSecret(value: string): void {
  if (value.length < MIN_LENGTH || patterns.has(value)) return;
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  const escaped = [...new Set(forms)].map((form) => form.replaceAll(/[^\w]/g, String.raw`\$&`));
  patterns.set(value, new RegExp(escaped.join("|"), "gi"));
}

/** Replaces each known secret in `text` by an ellipsis. */
export function hideKnownSecrets(text: string): string {
  let shown = text;
  for (const pattern of patterns.values()) shown = shown.replace(pattern, "…");
  return shown;
}

/** A copy of a JSON value, with {@link hideKnownSecrets} applied to its texts. */
export function withoutKnownSecrets<Value extends object>(value: Value): Value {
  return JSON.parse(jsonWithoutSecrets(value)) as Value;
}

/** `value` as JSON, with {@link hideKnownSecrets} applied to its texts. */
export function jsonWithoutSecrets(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    return typeof item === "string" ? hideKnownSecrets(item) : item;
  });
}
