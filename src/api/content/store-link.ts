/**
 * A link to the object store, when it is one that may be followed: https, or http when the API itself
 * is spoken to over http (a local service). Undefined otherwise.
 */
export function storeLink(href: string, allowHttp: boolean): URL | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && allowHttp ? url : undefined;
}

/** Where the store's redirect leads; never from https to http. */
export function redirectTarget(from: URL, location: string): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  return storeLink(new URL(location, from).href, from.protocol === "http:");
}

/**
 * When a link ends, in milliseconds since 1970: the earliest of what the answer's body and header say
 * and of what the link itself says (`Expires` of the old signature; `X-Amz-Date` and `X-Amz-Expires` of
 * the new one). They have been seen to differ by days. Undefined when nothing says anything.
 */
export function linkExpiry(
  url: URL,
  body: Date | undefined,
  header: string | undefined,
): number | undefined {
  const known = [body?.getTime(), headerExpiry(header), oldSignature(url), newSignature(url)];
  const times = known.filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** `Expires: 0` is what every other answer says, and Date.parse reads it as the year 2000. */
function headerExpiry(header: string | undefined): number | undefined {
  return header !== undefined && /^[A-Z][a-z]{2}, /.test(header)
    ? finite(Date.parse(header))
    : undefined;
}

function oldSignature(url: URL): number | undefined {
  const seconds = url.searchParams.get("Expires");
  return seconds === null ? undefined : finite(Number(seconds) * 1000);
}

function newSignature(url: URL): number | undefined {
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(
    url.searchParams.get("X-Amz-Date") ?? "",
  );
  const seconds = Number(url.searchParams.get("X-Amz-Expires") ?? Number.NaN);
  if (date === null) return undefined;
  const [year, month, day, hour, minute, second] = date.slice(1);
  return finite(
    Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + seconds * 1000,
  );
}

function finite(time: number): number | undefined {
  return Number.isFinite(time) ? time : undefined;
}
