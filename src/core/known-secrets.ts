/*
 * The secrets that this process works with, by their values. A service, a proxy or a library may say one where nothing
 * tells that it is one, in the name of a project as well as in the text of an error.
 */

/** Whoever has more at a time has most of them no longer in use. */
const MOST = 64;

/** What is shorter would be found in texts that have nothing to do with it. */
const SHORTEST = 16;

/** Each secret with the forms in which texts have it, in capitals or not. */
const known = new Map<string, RegExp>();

/** From now on `value` is shown nowhere: see {@link hideKnownSecrets}. The last 64 of 16 or more characters are known. */
export function rememberSecret(value: string): void {
  if (value.length < SHORTEST || known.has(value)) return;
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  const plain = [...new Set(forms)].map((form) => form.replaceAll(/[^\w]/g, String.raw`\$&`));
  known.set(value, new RegExp(plain.join("|"), "gi"));
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
}

/** `text` with an ellipsis in place of each secret that this process works with. */
export function hideKnownSecrets(text: string): string {
  let shown = text;
  for (const forms of known.values()) shown = shown.replace(forms, "…");
  return shown;
}

/** A copy of what JSON can hold, with its texts shown as by {@link hideKnownSecrets}. */
export function withoutKnownSecrets<Value extends object>(value: Value): Value {
  return JSON.parse(jsonWithoutSecrets(value)) as Value;
}

/** `value` as JSON, with its texts shown as by {@link hideKnownSecrets}. */
export function jsonWithoutSecrets(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    return typeof item === "string" ? hideKnownSecrets(item) : item;
  });
}
