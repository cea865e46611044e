/** `href`'s noun and Id: `v1pre3/samples/7`, with or without a leading slash, or absolute as in v2. */
export function parseHref(href: string): { noun: string; id: string } | undefined {
  const match = /^(?:https?:\/\/[^/]+)?\/?(?:v1pre3|v2)\/([a-z]+)\/([^/?#]+)$/i.exec(href);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { noun: match[1].toLowerCase(), id: match[2] };
}

/** The trimmed, non-empty parts of a comma-separated list. */
export function commaList(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Everything before the last segment, without the slash; empty at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `text` in a URL or a header. A lone surrogate, which has no encoding, becomes U+FFFD. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString("utf8"));
}
