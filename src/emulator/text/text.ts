/*
 * Begin here. `text/` reads and writes the small texts of the API: dates, Hrefs, paths, lists, and the order
 * of names. It knows nothing of requests or entities, and every other folder may use it.
 */

/** The trimmed, non-empty parts of a comma-separated list. */
export function commaList(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Encodes `text` for a URL or a header. A lone surrogate, which has no encoding, becomes U+FFFD. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString("utf8"));
}
