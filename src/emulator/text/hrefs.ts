/** The noun and the Id in `href`: `v1pre3/samples/7`, with or without a leading slash, or absolute as in v2. */
export function parseHref(href: string): { noun: string; id: string } | undefined {
  const match = /^(?:https?:\/\/[^/]+)?\/?(?:v1pre3|v2)\/([a-z]+)\/([^/?#]+)$/i.exec(href);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { noun: match[1].toLowerCase(), id: match[2] };
}
