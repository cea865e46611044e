import { isLoopback } from "../transport/address.ts";

/** Where plain http may lead: nowhere, to this machine only, or anywhere. */
export type PlainHttp = "nowhere" | "loopback" | "anywhere";

/**
 * What the links of an API server may do: one that is spoken to by http is a local service, or one for which
 * the user allowed http to other machines.
 */
export function plainHttpOf(apiOrigin: string, insecureHttp: boolean): PlainHttp {
  if (!apiOrigin.startsWith("http:")) return "nowhere";
  return insecureHttp ? "anywhere" : "loopback";
}

/** A link to the object store, when it is one that may be followed: https, or http as allowed. Undefined otherwise. */
export function storeLink(href: string, plainHttp: PlainHttp): URL | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.protocol === "https:") return url;
  if (url.protocol !== "http:" || plainHttp === "nowhere") return undefined;
  return plainHttp === "anywhere" || isLoopback(url) ? url : undefined;
}

/** Where the store's redirect leads; never from https to http, nor by http from this machine to another. */
export function redirectTarget(from: URL, location: string): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const plainHttp = plainHttpOf(from.origin, !isLoopback(from));
  return storeLink(new URL(location, from).href, plainHttp);
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
