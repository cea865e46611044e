import { isLoopback } from "../transport/address.ts";

/** Where links by plain http may lead: nowhere, to this machine only, or anywhere. */
export type PlainHttp = "nowhere" | "loopback" | "anywhere";

/**
 * What the links of an API server may be. A server that is used over http is local, or the user allowed http to
 * other machines.
 */
export function plainHttpOf(apiOrigin: string, insecureHttp: boolean): PlainHttp {
  if (!apiOrigin.startsWith("http:")) return "nowhere";
  return insecureHttp ? "anywhere" : "loopback";
}

/** A link to the object store, when it may be followed: https, or http as allowed. Undefined otherwise. */
export function storeLink(href: string, plainHttp: PlainHttp): URL | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.protocol === "https:") return url;
  if (url.protocol !== "http:" || plainHttp === "nowhere") return undefined;
  return plainHttp === "anywhere" || isLoopback(url) ? url : undefined;
}

/**
 * The target of a redirect of the store; never from https to http, nor over http from this machine to another one.
 */
export function redirectTarget(from: URL, location: string): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const plainHttp = plainHttpOf(from.origin, !isLoopback(from));
  return storeLink(new URL(location, from).href, plainHttp);
}

/**
 * When a link expires, in milliseconds since 1970: the earliest of the times in the response's body, in its header
 * and in the link itself (`Expires` of the old signature; `X-Amz-Date` and `X-Amz-Expires` of the new one), which
 * have been seen to differ by days. Undefined when none is known.
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

/** Other responses have `Expires: 0`, which Date.parse reads as the year 2000. */
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
